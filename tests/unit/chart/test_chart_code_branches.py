"""Each branch of ICD-10-CM that stands for a finding, code by code (clinical design, second edition, F1, F2, F4)."""

import warnings
from collections.abc import Callable

import pytest
from synthetic import ICD, condition

from cds_service.model.facts import Chart
from cds_service.model.sides import Side

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import simple_icd_10_cm as icd

Read = Callable[..., Chart]
ALL_CODES = icd.get_all_codes(with_dots=True)
LEAVES = [code for code in ALL_CODES if icd.is_leaf(code)]
# By finding, the branches whose every code stands for it, but those whose seventh character is S.
BRANCHES = {
    "active-cancer": "C0 C1 C2 C3 C40 C41 C43 C45 C46 C47 C48 C49 C4A C5 C6 C7 C8 C9 M84.5",
    "urinary-incontinence": "R32 N39.3 N39.4",
    "overactive-bladder": "N32.81 N39.3 N39.41 N39.43 N39.44 N39.46 N39.491 N39.492",
    "vertebral-fracture": "S22.0 S32.0 S32.1 S32.9 M48.4 M48.5 M80.08 M80.88 M84.38 M84.48 M84.58 M84.68",
    "pelvic-fracture": "S32.3 S32.4 S32.5 S32.6 S32.8 M84.350 M84.454 M84.550 M84.650",
    "hip-fracture": (
        "S72.0 S72.1 S72.2 S72.9 M80.05 M80.85 M97.0 M84.351 M84.352 M84.353 M84.359 M84.451 M84.452 M84.453 M84.459 "
        "M84.551 M84.552 M84.553 M84.559 M84.651 M84.652 M84.653 M84.659"
    ),
    "femur-lesion": "M84.551 M84.552 M84.553 M84.559",
    "deep-infection": (
        "M00.00 M00.05 M00.08 M00.09 M00.10 M00.15 M00.18 M00.19 M00.20 M00.25 M00.28 M00.29 M00.80 M00.85 M00.88 "
        "M00.89 M00.9 M86.00 M86.05 M86.08 M86.09 M86.10 M86.15 M86.18 M86.19 M86.20 M86.25 M86.28 M86.29 M86.30 "
        "M86.35 M86.38 M86.39 M86.40 M86.45 M86.48 M86.49 M86.50 M86.55 M86.58 M86.59 M86.60 M86.65 M86.68 M86.69 "
        "M86.8X0 M86.8X5 M86.8X8 M86.8X9 M86.9 T84.50 T84.51 T84.52 T84.59 K68.1 G06.1 A18.01"
    ),
    "aortic-aneurysm": "I71",
    "inguinal-hernia": "K40",
    "meralgia-paraesthetica": "G57.1",
    "back-pain-unstated": "M54.9 M54.89 M47.815 M47.816 M47.817 M47.818 M47.819 S39.012 S33.5 M62.830",
    "immunosuppression": ("B20 Z21 D84.8 D84.9 Z79.6 Z94.0 Z94.1 Z94.2 Z94.3 Z94.4 Z94.8 Z94.9"),
    "mri-implant": "Z95.0 Z95.810 Z96.21 Z96.82",
    "osteoporosis": "M80 M81.0 M81.8 Z87.310",
    "gait-disturbance": "R26.0 R26.1 R26.81",
    "lumbar-radiculopathy": "M54.16 M54.17 M54.18 M51.16 M51.17 M47.26 M47.27",
    "leg-pain": "M79.604 M79.605 M79.606 M51.361 M51.362 M51.371 M51.372",
    "low-back-pain": "M54.4 M54.5 M51.360 M51.362 M51.370 M51.372",
    "lumbar-disc-degeneration": "M51.36 M51.37",
}
# Near neighbours that do not: another joint, the arm, the neck, the skin, benign disease, another device.
NEIGHBOURS = {
    "active-cancer": "C44 D0 D1 D2 D3 M84.4 M84.6",
    "urinary-incontinence": "N39.8 R33 R35 R39",
    "overactive-bladder": "N32.0 N32.89 N39.42 N39.45 N39.490 N39.498 R32",
    "vertebral-fracture": "S12 S22.3 S32.3 S32.4 S32.5 S32.6 S32.8 S72 M80.05 M84.35 M84.45 M84.55 M84.65",
    "pelvic-fracture": "S32.0 S32.1 S32.9 S72 M84.351 M84.451 M84.551 M84.651 M80",
    "hip-fracture": "S32 S72.3 S72.4 S72.8 S82 M84.350 M84.454 M84.550 M84.650 M97.1 M97.3",
    "femur-lesion": "M84.550 M84.351 M84.451 M84.651 M84.58",
    "deep-infection": (
        "M00.01 M00.02 M00.03 M00.04 M00.06 M00.07 M00.81 M00.86 M86.01 M86.02 M86.03 M86.04 M86.06 M86.07 M86.61 "
        "M86.66 M86.8X1 M86.8X6 M86.8X7 T84.53 T84.54 T84.6 T84.7 G06.0 G06.2 A18.02 A18.03 M01 K68.9"
    ),
    "aortic-aneurysm": "I70 I72",
    "inguinal-hernia": "K41 K42",
    "meralgia-paraesthetica": "G57.0 G57.2",
    "back-pain-unstated": "M54.2 M54.6 M54.81 M47.811 M47.812 M47.813 M47.814 S39.011 S39.013 S33.6 M62.831 M62.838",
    "immunosuppression": "Z94.5 Z94.6 Z94.7 Z79.1 Z79.4 Z79.5 D84.0 D84.1",
    "mri-implant": "Z95.1 Z95.2 Z95.811 Z95.818 Z96.20 Z96.22 Z96.29 Z96.6 Z96.81 Z96.89",
    "osteoporosis": "M81.6 M83 Z87.311",
    "gait-disturbance": "R26.2 R26.89 R26.9",
    "lumbar-radiculopathy": "M54.10 M54.11 M54.12 M54.13 M54.14 M54.15 M47.21 M47.22 M47.28 M51.360",
    "leg-pain": "M51.360 M51.369 M51.370 M51.379 M79.601 M79.602",
    "low-back-pain": "M51.361 M51.369 M51.371 M51.379 M54.2 M54.6",
    "lumbar-disc-degeneration": "M51.34 M51.35",
}


def below(branches: str) -> list[str]:
    """Return the billable codes of branches, without the sequelae of injuries."""
    starts = tuple(branches.split())
    return [code for code in LEAVES if code.startswith(starts) and not is_sequela(code)]


def is_sequela(code: str) -> bool:
    return len(code.replace(".", "")) == 7 and code[0] in "MST" and code.endswith("S")


def findings_by_code(chart: Read, codes: list[str]) -> dict[str, set[str]]:
    result = chart(*(condition(code, ICD, number) for number, code in enumerate(codes)))
    found: dict[str, set[str]] = {code: set() for code in codes}
    for fact in result.findings:
        found[codes[int(fact.source.reference.rpartition("-")[2])]].add(fact.id)
    return found


@pytest.mark.parametrize("finding", BRANCHES)
def test_every_code_of_a_branch_stands_for_its_finding(chart: Read, finding: str) -> None:
    for branch in BRANCHES[finding].split():
        assert below(branch), f"no code of {branch}"
    codes = below(BRANCHES[finding])
    missing = [code for code, found in findings_by_code(chart, codes).items() if finding not in found]
    assert missing == []


@pytest.mark.parametrize("finding", NEIGHBOURS)
def test_no_neighbour_of_a_branch_stands_for_its_finding(chart: Read, finding: str) -> None:
    codes = below(NEIGHBOURS[finding])
    assert codes
    wrong = [code for code, found in findings_by_code(chart, codes).items() if finding in found]
    assert wrong == []


@pytest.mark.parametrize("finding", ["vertebral-fracture", "pelvic-fracture", "hip-fracture", "femur-lesion"])
def test_the_sequela_of_a_fracture_is_no_fracture(chart: Read, finding: str) -> None:
    starts = tuple(BRANCHES[finding].split())
    codes = [code for code in LEAVES if code.startswith(starts) and is_sequela(code)]
    assert codes
    wrong = [code for code, found in findings_by_code(chart, codes).items() if finding in found]
    assert wrong == []


def test_no_code_of_skin_cancer_but_melanoma_is_a_cancer(chart: Read) -> None:
    codes = below("C44")
    assert [code for code, found in findings_by_code(chart, codes).items() if found] == []


@pytest.mark.parametrize(
    ("code", "finding", "side"),
    [
        ("S32.311A", "pelvic-fracture", Side.RIGHT),
        ("S32.312D", "pelvic-fracture", Side.LEFT),
        ("S32.442A", "pelvic-fracture", Side.LEFT),
        ("S32.445A", "pelvic-fracture", Side.LEFT),
        ("S32.446A", "pelvic-fracture", Side.UNSTATED),
        ("S32.511G", "pelvic-fracture", Side.RIGHT),
        ("S32.810A", "pelvic-fracture", Side.UNSTATED),
        ("S32.811A", "pelvic-fracture", Side.UNSTATED),
        ("M84.550A", "pelvic-fracture", Side.UNSTATED),
        ("M84.552A", "femur-lesion", Side.LEFT),
        ("M97.01XA", "hip-fracture", Side.RIGHT),
        ("S72.0", "hip-fracture", Side.UNSTATED),
        ("S72.032A", "hip-fracture", Side.LEFT),
        ("M00.851", "deep-infection", Side.RIGHT),
        ("M86.152", "deep-infection", Side.LEFT),
        ("T84.52XA", "deep-infection", Side.LEFT),
        ("K40.20", "inguinal-hernia", Side.BOTH),
        ("K40.90", "inguinal-hernia", Side.UNSTATED),
        ("G57.13", "meralgia-paraesthetica", Side.BOTH),
    ],
)
def test_a_code_gives_its_side(chart: Read, code: str, finding: str, side: Side) -> None:
    assert [fact.side for fact in chart(condition(code, ICD)).findings if fact.id == finding] == [side]


@pytest.mark.parametrize("seventh", "ADGKP")
def test_a_fracture_through_a_cancer_is_a_cancer_and_a_fracture(chart: Read, seventh: str) -> None:
    found = findings_by_code(chart, [f"M84.58X{seventh}", f"M84.550{seventh}", f"M84.551{seventh}"])
    assert [*found.values()] == [
        {"active-cancer", "vertebral-fracture"},
        {"active-cancer", "pelvic-fracture"},
        {"active-cancer", "hip-fracture", "femur-lesion"},
    ]
