"""Tests of the safety screen's codes: whole branches, their exceptions, and codes as senders write them."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.knowledge import Knowledge
from cds_service.model.screen import SafetyScreen, ScreenBranch
from cds_service.screen.code_screen import CodeScreen, is_elsewhere
from tests.shipped import shipped_knowledge

ICD = "http://hl7.org/fhir/sid/icd-10-cm"
SCREEN = shipped_knowledge().screen
CODES = CodeScreen(SCREEN)
# What the clinical design lists, with the neighbours that it does not.
LISTED = {
    "cancer": (
        "C00.0 C18.9 C43.9 C4A.9 C50.911 C61 C7A.00 C7B.00 C79.51 C90.00 C96.9 D37.1 D48.9 D49.2 Z85.3 Z85.46 "
        "Z51.0 Z51.11"
    ),
    "infection": (
        "A15.0 A18.01 A41.9 B20 Z21 B90.9 D70.9 D73.0 D80.1 D84.821 D89.9 G06.1 I33.0 I38 K68.12 K74.60 M00.9 "
        "M46.26 M46.35 M46.47 M46.5 M86.9 N18.6 T81.41XA T84.51XA R65.20 R78.81 Z79.52 Z79.60 Z90.81 Z94.0 "
        "Z95.2 Z99.2 F11.20 F14.10 F15.10 F19.20"
    ),
    "fever": "R50.9",
    "bone": "M80.08XA M81.0 M48.46XA M48.56XD M84.48XA S22.080A S32.010A S32.9XXA Z87.310",
    "trauma": "S12.000A S72.001A S79.919A W01.0XXA W19.XXXA V00.131A V89.2XXA V99",
    "cord-or-roots": "G82.20 G83.4 G95.9 G99.2 M47.12 M50.01 M51.05 M21.371 R26.0 R26.1 M47.011",
    "sphincter": "N31.9 N39.3 N39.41 N39.498 R15.9 R32 R33.9 R39.11 R39.15",
    "vessel": "I71.4 I71.40",
    "operated-spine": "M96.1 Z98.1",
    "operated-hip": "Z96.641 Z96.642 Z96.643 Z96.649",
    "weight": "R63.4 R64",
}
NEIGHBOURS = (
    "C44.91 D36.9 D50.9 Z85.828 Z86.010 Z80.3 Z12.31 Z11.3 Z20.6 Z83.3 Z15.01 F17.210 F10.20 N32.81 K58.9 "
    "Z86.718 S52.501D M54.50 M54.16 M47.26 M47.816 M46.1 R26.2 R26.89 N39.0 Z96.651 I70.0 Z79.51 Z79.899 "
    "E66.9 M48.06 M50.20 M51.26 A09 B19.20 D64.9 K70.9 R51.9 Z95.0"
)


def groups(code: str, system: str | None = ICD) -> set[str]:
    return {hit.group for hit in CODES.judge(system, code).hits}


LISTED_CODES = [(group, code) for group, codes in LISTED.items() for code in codes.split()]
BRANCHES = [(table.group.id, branch) for table in SCREEN.tables for branch in table.branches]
SYSTEMS = [
    ICD,
    "http://hl7.org/fhir/sid/icd-10",
    "https://hl7.org/fhir/sid/icd-10-cm/",
    "http://fhir.de/CodeSystem/bfarm/icd-10-gm",
    "urn:oid:2.16.840.1.113883.6.90",
    None,
]
HIPS = [("Z96.641", "right"), ("Z96.642", "left"), ("Z96.643", "both"), ("Z96.649", "unstated")]


@pytest.mark.parametrize(("group", "code"), LISTED_CODES)
def test_a_listed_code_is_a_hit(group: str, code: str) -> None:
    assert group in groups(code)
    assert group in groups(code.replace(".", ""))


@pytest.mark.parametrize("code", NEIGHBOURS.split())
def test_a_neighbour_is_none(code: str) -> None:
    assert not groups(code)


@given(st.sampled_from(BRANCHES), st.text("0123456789ABCDX", max_size=4))
def test_every_code_of_a_branch_is_a_hit(listed: tuple[str, ScreenBranch], below: str) -> None:
    group, branch = listed
    digits = branch.first.replace(".", "") + below
    code = f"{digits[:3]}.{digits[3:7]}" if len(digits) > 3 else digits
    is_excepted = branch.excluded and code.startswith(branch.excluded)
    assert is_excepted or CODES.judge(ICD, code).is_unread or group in groups(code)


def test_every_category_of_a_range_is_a_hit() -> None:
    for number in range(97):
        assert ("cancer" in groups(f"C{number:02}.9")) is (number != 44)
    for first, second in product("WV", range(20)):
        assert "trauma" in groups(f"{first}{second:02}.0XXA")


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_system_is_known_however_it_is_written(system: str | None) -> None:
    assert groups(" c50.9 ", system) == {"cancer"}


@pytest.mark.parametrize("system", ["http://hl7.org/fhir/sid/icd-10-pcs", "http://loinc.org", "urn:local"])
def test_codes_of_other_systems_are_not_taken_for_it(system: str) -> None:
    assert not groups("C50.9", system)


@pytest.mark.parametrize("code", ["Z12.31", "Z80.3", "Z20.6", "Z85.828", "Z86.010", "Z83.3"])
def test_screening_risk_and_family_are_not_read(code: str) -> None:
    assert CODES.judge(ICD, code).is_unread


@pytest.mark.parametrize(("code", "side"), HIPS)
def test_a_hip_has_its_side(code: str, side: str) -> None:
    assert [hit.side.value for hit in CODES.judge(ICD, code).hits] == [side]


def test_a_fused_neck_is_not_the_lumbar_spine() -> None:
    branch = next(hit.branch for hit in CODES.judge(ICD, "Z98.1").hits)
    assert branch is not None
    assert is_elsewhere(branch, ["Arthrodesis status", "Cervical spine"])
    assert is_elsewhere(branch, ["ankle fused"])
    assert not is_elsewhere(branch, ["Arthrodesis status", None])
    assert not is_elsewhere(branch, ["cervical and lumbar fusion"])


def test_snomed_codes_are_single(knowledge: Knowledge) -> None:
    screen: SafetyScreen = knowledge.screen
    for table in screen.tables:
        for code in table.snomed:
            assert table.group.id in groups(code, "http://snomed.info/sct")
            assert not groups(f"{code}1", "http://snomed.info/sct")
