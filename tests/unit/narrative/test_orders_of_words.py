"""Tests that a frame reads its words in every order, case and number, and on the side that is said."""

from itertools import permutations, product

import pytest

from cds_service.knowledge import Knowledge
from cds_service.narrative.reader import NarrativeReader

STEROIDS = ("steroid", "cortisone", "triamcinolone", "methylprednisolone", "kenalog", "depo-medrol", "corticosteroid")
ACTS = ("injection", "injected", "shot")
PLACES = ("hip", "right hip", "hip joint", "intra-articular hip", "trochanteric bursa", "joint of hip")
FINDING = "hip-steroid-injection"


def phrases_of_injection() -> set[str]:
    texts = {" ".join(words) for words in product(STEROIDS, ACTS, PLACES) for words in permutations(words)}
    for steroid, act, place in product(STEROIDS, ACTS, PLACES):
        texts |= {
            f"{act} of {steroid} into {place}",
            f"{act}, {steroid}, {place}",
            f"{place}, {act}, {steroid}",
            f"{place}: {steroid} {act}",
            f"{act} of the {place} with {steroid}",
            f"{steroid} {act} to the {place}",
            f"{steroid} {act} in the {place}",
            f"{place} {act} ({steroid})",
            f"{act} {place} - {steroid}",
        }
    return texts


@pytest.fixture(scope="module")
def reader(knowledge: Knowledge) -> NarrativeReader:
    return NarrativeReader(knowledge.narrative, knowledge.content.findings)


def said(reader: NarrativeReader, text: str) -> list[tuple[str, str, str]]:
    return [(one.finding, one.value.value, one.side.value) for one in reader.read(text).statements]


def test_every_order_of_an_injection_of_the_hip_is_read(reader: NarrativeReader) -> None:
    side = {True: "right", False: "unstated"}
    unread = [
        (text, found)
        for text in sorted(phrases_of_injection())
        if (found := said(reader, text)) != [(FINDING, "present", side["right" in text])]
    ]
    assert not unread[:20], len(unread)


@pytest.mark.parametrize("joint", ["knee", "shoulder", "wrist", "ankle", "SI joint", "neck", "C5-6 facet", "thumb"])
def test_no_order_of_an_injection_elsewhere_is_one_of_the_hip(joint: str, reader: NarrativeReader) -> None:
    for text in phrases_of_injection():
        for place in PLACES:
            text = text.replace(place, joint)
        if "hip" not in text:
            assert not [one for one in said(reader, text) if one[0].startswith("hip-")], text


ORDERS = {
    "hip-osteoarthritis": ("severe", "left hip", "osteoarthritis"),
    "lumbar-stenosis": ("severe", "L4-5", "stenosis"),
    "lumbar-disc-herniation": ("large", "L5/S1", "disc herniation"),
    "lumbar-disc-degeneration": ("multilevel", "lumbar", "DDD"),
    "hip-fracture": ("displaced", "left femoral neck", "fracture"),
    "femoral-head-necrosis": ("early", "left femoral head", "avascular necrosis"),
    "trochanteric-pain-syndrome": ("left", "trochanteric", "bursitis"),
    "hip-replacement-in-place": ("total", "left hip", "replacement"),
    "lumbar-fusion": ("instrumented", "L4-S1", "fusion"),
    "hip-surgery": ("left", "hip", "arthroscopy"),
}


@pytest.mark.parametrize(("finding", "words"), ORDERS.items())
def test_the_order_and_case_of_words_never_change_a_reading(
    finding: str, words: tuple[str, ...], reader: NarrativeReader
) -> None:
    side = "left" if any("left" in word for word in words) else "unstated"
    for order in permutations(words):
        for text in (" ".join(order), ", ".join(order), " ".join(order).upper(), " ".join(order).capitalize()):
            assert (finding, "present", side) in said(reader, text), text
            assert {one[:2] for one in said(reader, text)} == {(finding, "present")}, text
            assert (finding, "present", side) not in said(reader, f"No {text}"), text


@pytest.mark.parametrize("level", ["L4", "L4-5", "L4/5", "L4-L5", "L4/L5", "L45", "L5-S1", "L5S1", "L4 to S1", "L3-5"])
def test_a_level_may_be_spelled_in_any_way(level: str, reader: NarrativeReader) -> None:
    assert said(reader, f"Stenosis {level}.") == [("lumbar-stenosis", "present", "unstated")]
    assert said(reader, f"{level} stenosis.") == [("lumbar-stenosis", "present", "unstated")]


@pytest.mark.parametrize("level", ["C5", "C5-6", "C5/6", "C5-C6", "C56", "T8", "T8-9", "T10/T11", "C7-T1"])
def test_a_level_of_the_neck_or_chest_is_not_lumbar(level: str, reader: NarrativeReader) -> None:
    for said_of in ("stenosis", "disc herniation", "DDD", "radiculopathy", "fusion", "laminectomy", "decompression"):
        for text in (f"{said_of} {level}", f"{level} {said_of}", f"{level}, {said_of}"):
            assert not [one for one in said(reader, text) if "lumbar" in one[0]], text
