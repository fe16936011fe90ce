"""Heads, results and sides of an examination: which belong together."""

import pytest

from cds_service.knowledge import Knowledge
from cds_service.narrative.reader import NarrativeReader

MARKS = {"present": "+", "absent": "-", "asked": "?"}


@pytest.fixture(scope="module")
def reader(knowledge: Knowledge) -> NarrativeReader:
    return NarrativeReader(knowledge.narrative, knowledge.content.findings)


def read(reader: NarrativeReader, text: str) -> set[str]:
    return {f"{MARKS[one.value.value]}{one.finding} {one.side.value}" for one in reader.read(text).statements}


@pytest.mark.parametrize(
    "text",
    [
        "SLR positive on the left, negative on the right",
        "SLR L +ve, R -ve",
        "Left SLR positive, right negative",
        "Positive SLR on the left, negative on the right",
        "SLR: left positive at 30, right negative",
        "slump L pos R neg",
        "straight leg raises positive left and negative right",
    ],
)
def test_each_result_has_its_own_side_in_any_order(reader: NarrativeReader, text: str) -> None:
    assert read(reader, text) == {"+slr-positive left", "-slr-positive right"}


@pytest.mark.parametrize(
    "text",
    ["FADIR and FABER positive on the right", "Positive FADIR and FABER, right", "Right hip: FADIR +, FABER +"],
)
def test_a_list_of_heads_shares_result_and_side(reader: NarrativeReader, text: str) -> None:
    assert read(reader, text) == {"+fadir-positive right", "+faber-positive right"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Left groin pain, FADIR positive", {"+groin-pain left", "+fadir-positive unstated"}),
        ("SLR positive, right FADIR negative", {"+slr-positive unstated", "-fadir-positive right"}),
        ("SLR and FADIR were both negative", {"-slr-positive unstated", "-fadir-positive unstated"}),
    ],
)
def test_a_side_of_something_else_is_not_taken(reader: NarrativeReader, text: str, expected: set[str]) -> None:
    assert read(reader, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "SLR R 40 L 70, reflexes not tested",
        "SLR 60 bilaterally",
        "Weak pulses in the left foot",
        "Strength 5/5 UE bilaterally, LE not tested",
        "Shoulder: limited internal rotation left",
        "Equivocal SLR on the right",
    ],
)
def test_what_is_no_result_says_nothing(reader: NarrativeReader, text: str) -> None:
    assert read(reader, text) == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SLR not positive", "-slr-positive unstated"),
        ("No positive SLR", "-slr-positive unstated"),
        ("Sensation not intact in the left foot", "+leg-numbness left"),
        ("No loss of sensation in the right foot", "-leg-numbness right"),
        ("No ankle jerk on the left", "+reflex-loss-achilles left"),
    ],
)
def test_a_denial_turns_a_result(reader: NarrativeReader, text: str, expected: str) -> None:
    assert read(reader, text) == {expected}


def test_a_deficit_outranks_what_is_normal(reader: NarrativeReader) -> None:
    assert read(reader, "BLE strength 5/5 except left EHL 4/5.") == {"+leg-weakness left"}
    assert read(reader, "Strength of the right leg 4/5, left 5/5.") == {"+leg-weakness right", "-leg-weakness left"}


def test_one_normal_muscle_says_nothing_of_the_others(reader: NarrativeReader) -> None:
    assert read(reader, "EHL 5/5 on the left") == set()
    assert read(reader, "EHL 5/5, quadriceps 5/5, TA 5/5") == {"-leg-weakness unstated"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Reflexes KJ +/+ AJ -/+ (R/L)", {"+reflex-loss-achilles right", "-reflex-loss-achilles left"}),
        ("Patellar 1+ L vs 2+ R", {"+reflex-loss-patellar left", "-reflex-loss-patellar right"}),
        ("Hip IR 10 (R 30)", {"-hip-rotation-limited right", "+hip-rotation-limited unstated"}),
        ("Right ankle jerk was absent in 2021 but had returned", {"-reflex-loss-achilles right"}),
        ("Hip: FADIR +, FABER -, all on the L", {"+fadir-positive left", "-faber-positive left"}),
        ("Pelvis drops to left on single leg stance right", {"+trendelenburg-positive right"}),
        ("Numbness absent in the left leg", {"-leg-numbness left"}),
        ("SLR 35 L reproducing leg pain, 80 R", {"+slr-positive left", "+leg-pain left"}),
        ("Left hip full", {"-hip-rotation-limited left"}),
        ("Cannot get his left foot up", {"+foot-drop left"}),
    ],
)
def test_results_of_two_sides_or_two_times_are_kept_apart(
    reader: NarrativeReader, text: str, expected: set[str]
) -> None:
    assert expected <= read(reader, text)


@pytest.mark.parametrize(
    "text",
    [
        "SLR 80 but reproduces leg pain",
        "Cannot lift her left foot to put her sock on",
        "Quads 3 sets, hamstrings 3 sets daily",
        "Neurovascularly intact both hands",
        "Left hip free from infection",
    ],
)
def test_what_only_looks_like_a_result_denies_nothing(reader: NarrativeReader, text: str) -> None:
    assert not {one for one in read(reader, text) if "leg-pain" not in one}
