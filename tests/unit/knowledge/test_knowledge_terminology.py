"""The shipped codes against their systems: check digits, the ICD-10-CM tabular list, and codes known to be wrong."""

import re
import warnings
from collections.abc import Iterator

import pytest

from cds_service.knowledge import Knowledge
from cds_service.knowledge.codes import expand_side_digit, is_loinc, is_snomed
from cds_service.logic.sides import Side
from cds_service.logic.terminology import Code, Meaning, Terminology

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it reads its data by an old way of the standard library
    import simple_icd_10_cm as icd

ALL_ICD = [code for code in icd.get_all_codes(with_dots=True) if icd.is_category_or_subcategory(code)]
# Codes that public projects use for something they are not, invented ones among them.
WRONG = [
    ("loinc", "24531-6"),
    ("loinc", "24532-4"),
    ("loinc", "24533-2"),
    ("loinc", "38221-8"),
    ("sct", "265622007"),
    ("sct", "298695004"),
    ("sct", "271594007"),
    ("sct", "202794004"),
]
# Codes that name neither a site nor a cause stand for no finding (clinical design §2).
FOR_NO_FINDING = ["R20.0", "R20.2", "M62.81", "R26.89", "R10.31", "R10.32", "N31.9", "M25.851", "M25.852", "M25.859"]
FOR_NO_FINDING += ["S73.191A", "S73.192A", "S73.199A"]


def all_codes(terms: Terminology) -> Iterator[Code]:
    for table in (terms.findings, terms.prefixes, terms.studies, terms.sites, terms.laterality, terms.severity):
        yield from table
    yield from terms.questions
    yield from terms.present | terms.absent


def test_every_snomed_and_loinc_code_passes_its_check_digit(shipped: Knowledge) -> None:
    codes = [*all_codes(shipped.terminology)]
    codes += [code for order in shipped.orders.values() for side in Side for code in order.codes[side]]
    checks = {"sct": is_snomed, "loinc": is_loinc}
    checked = [code for code in codes if code.system in checks]
    assert len({code.system for code in checked}) == 2
    assert [code for code in checked if not checks[code.system](code.code)] == []


def icd_rows(shipped: Knowledge) -> list[tuple[str, str, str | None, bool]]:
    return [
        (finding, row.code, row.side, row.prefix)
        for finding, rows in shipped.checked.items()
        for row in rows
        if row.system == "ICD-10-CM"
    ]


def side_of(code: str) -> Side | None:
    """The side an ICD-10-CM description states; None: it names none."""
    words = set(re.findall(r"[a-z]+", icd.get_description(code).lower()))
    if words & {"bilateral", "bilaterally"}:
        return Side.BOTH
    if {"left", "right"} & words:
        return Side.LEFT if "left" in words else Side.RIGHT
    return None


def test_every_icd_code_exists_in_the_tabular_list(shipped: Knowledge) -> None:
    missing = []
    for finding, code, _, prefix in icd_rows(shipped):
        asked = [code.replace("?", digit) for digit in "12"] if "?" in code else [code]
        exists = [any(known.startswith(one) for known in ALL_ICD) if prefix else one in ALL_ICD for one in asked]
        if not all(exists):
            missing.append((finding, code))
    assert missing == []


def test_every_icd_code_states_the_side_its_description_states(shipped: Knowledge) -> None:
    wrong = []
    for finding, code, side, prefix in icd_rows(shipped):
        for one, stated in expand_side_digit(code, Side(side) if side else Side.UNSTATED):
            known = [known for known in ALL_ICD if known == one or (prefix and known.startswith(one))]
            if finding == "low-back-pain" and one == "M54.4":
                continue  # the code's side is the sciatica's, not the back's
            described = {side_of(item) for item in known if icd.is_leaf(item)} - {None}
            if described and described != {stated} and not (stated is Side.UNSTATED and len(described) > 1):
                wrong.append((finding, one, stated.value, {found.value for found in described if found}))
    assert wrong == []


@pytest.mark.parametrize(("system", "code"), WRONG)
def test_codes_that_public_projects_get_wrong_are_in_no_value_set(shipped: Knowledge, system: str, code: str) -> None:
    assert Code(system, code) not in set(all_codes(shipped.terminology))


@pytest.mark.parametrize("code", FOR_NO_FINDING)
def test_codes_without_site_or_cause_stand_for_no_finding(shipped: Knowledge, code: str) -> None:
    assert shipped.terminology.meanings(Code("icd10cm", code)) == ()


def test_left_and_right_hip_region_are_not_swapped(shipped: Knowledge) -> None:
    sites = shipped.terminology.sites
    assert sites[Code("sct", "287679003")].side is Side.LEFT
    assert sites[Code("sct", "287579007")].side is Side.RIGHT


def test_a_drug_code_seen_under_eight_names_is_an_ingredient_and_not_in(shipped: Knowledge) -> None:
    assert shipped.terminology.meanings(Code("rxnorm", "41493")) == ()


def test_a_branch_means_its_codes_but_for_those_excepted(shipped: Knowledge) -> None:
    meanings = shipped.terminology.meanings
    assert meanings(Code("icd10cm", "Z85.3")) == (Meaning("cancer-history"),)
    assert meanings(Code("icd10cm", "Z85.828")) == ()
    assert meanings(Code("icd10cm", "C44.91")) == ()
    assert meanings(Code("icd10cm", "S72.001A")) == (Meaning("hip-fracture", Side.RIGHT),)


def test_a_branch_of_one_system_says_nothing_of_another(shipped: Knowledge) -> None:
    assert shipped.terminology.meanings(Code("loinc", "Z85.3")) == ()


def test_a_code_may_stand_for_two_findings(shipped: Knowledge) -> None:
    found = {one.finding for one in shipped.terminology.meanings(Code("icd10cm", "M51.16"))}
    assert found == {"lumbar-radiculopathy", "lumbar-disc-herniation"}


def test_every_finding_has_its_own_code(shipped: Knowledge) -> None:
    for finding in shipped.content.findings:
        assert shipped.terminology.meanings(Code("finding", finding)) == (Meaning(finding),)


def test_an_alias_of_a_system_means_the_system(shipped: Knowledge) -> None:
    assert shipped.terminology.systems["urn:oid:2.16.840.1.113883.6.96"] == "sct"


def test_an_order_takes_the_code_of_its_side_first(shipped: Knowledge) -> None:
    radiograph = shipped.orders["hip-radiograph"]
    assert radiograph.codes[Side.LEFT] == (Code("loinc", "36631-0"),)
    assert radiograph.codes[Side.UNSTATED] == (Code("loinc", "30767-8"),)
