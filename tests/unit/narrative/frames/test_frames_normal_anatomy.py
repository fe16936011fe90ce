"""Structures that are found normal deny their disease, and nothing else does."""

import pytest

from cds_service.knowledge import Knowledge
from cds_service.narrative.reader import NarrativeReader, TextKind

MARKS = {"present": "+", "absent": "-", "asked": "?"}


@pytest.fixture(scope="module")
def reader(knowledge: Knowledge) -> NarrativeReader:
    return NarrativeReader(knowledge.narrative, knowledge.content.findings)


def read(reader: NarrativeReader, text: str) -> set[str]:
    reading = reader.read(text, TextKind.REPORT)
    return {f"{MARKS[one.value.value]}{one.finding} {one.side.value}" for one in reading.statements}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Labrum intact on the left.", {"-labral-tear left"}),
        ("The acetabular labrum is unremarkable", {"-labral-tear unstated"}),
        ("Vertebral body heights preserved.", {"-vertebral-fracture unstated"}),
        ("Canal and foramina patent L1-S1.", {"-lumbar-stenosis unstated"}),
        ("SI joints normal.", {"-sacroiliac-disorder unstated"}),
        ("Pubic rami intact", {"-pelvic-fracture unstated"}),
        ("Joint spaces of the hips maintained", {"-hip-osteoarthritis both"}),
        ("Disc heights maintained", {"-lumbar-disc-degeneration unstated"}),
        ("Discs well hydrated", {"-lumbar-disc-degeneration unstated"}),
        ("Right hip well preserved.", {"-hip-osteoarthritis right"}),
        ("Generalised nodal OA, hips spared", {"-hip-osteoarthritis both"}),
        ("Both hips are normal in appearance.", {"-hip-osteoarthritis both"}),
        ("XR left hip: normal", {"-hip-osteoarthritis left"}),
        ("MRI lumbar spine normal", {"-lumbar-disc-herniation unstated", "-lumbar-stenosis unstated"}),
        ("MRI right hip: normal", {"-hip-osteoarthritis right", "-femoral-head-necrosis right"}),
        ("XR pelvis: hips normal in appearance", {"-hip-osteoarthritis both"}),
    ],
)
def test_a_normal_structure_denies_its_disease(reader: NarrativeReader, text: str, expected: set[str]) -> None:
    assert read(reader, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Right labrum torn, left labrum intact",
        "Labrum intact apart from a small tear on the right",
        "Labrum frayed",
        "Knee joint space preserved",
        "Hip joint space narrowing",
        "Canal narrowed",
    ],
)
def test_what_is_excepted_or_of_another_place_is_not_denied(reader: NarrativeReader, text: str) -> None:
    assert not {"-labral-tear right", "-labral-tear unstated", "-hip-osteoarthritis unstated"} & read(reader, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No epidurals", {"-lumbar-epidural unstated"}),
        ("not on steroids", {"-long-term-steroid unstated"}),
        ("on dexamethasone 4 mg for the last 5 months", {"+long-term-steroid unstated"}),
        ("took prednisolone 3 months ago", set()),
        ("prednisolone for 3 weeks", set()),
        ("No arthritis in either hip", {"-hip-osteoarthritis both"}),
        ("Lytic lesion of the left femur shaft", {"+femur-lesion left"}),
        ("Right L5 TFESI #2", {"+lumbar-epidural right"}),
        ("Kenalog/lidocaine injection left hip", {"+hip-steroid-injection left"}),
        ("Left hip injection with Depo-Medrol and lidocaine", {"+hip-steroid-injection left"}),
    ],
)
def test_history_is_read(reader: NarrativeReader, text: str, expected: set[str]) -> None:
    found = {f"{MARKS[one.value.value]}{one.finding} {one.side.value}" for one in reader.read(text).statements}
    assert found == expected
