"""The shipped codes against their systems: check digits, the ICD-10-CM tabular list, and codes known to be wrong."""

import re
import sys
import warnings
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

import pytest

from cds_service.knowledge import Knowledge
from cds_service.knowledge.code_formats import is_loinc, is_snomed_ct
from cds_service.knowledge.terminology import ListedCode
from cds_service.model.sides import Side
from cds_service.model.terminology import Code, FindingMeaning, Terminology

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it reads its data with a deprecated function
    import simple_icd_10_cm as icd

ALL_ICD = [code for code in icd.get_all_codes(with_dots=True) if icd.is_category_or_subcategory(code)]
SORTED_ICD = sorted(ALL_ICD)
LAST = chr(sys.maxunicode)
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
    for table in (
        terms.findings,
        terms.finding_prefixes,
        terms.studies,
        terms.body_sites,
        terms.laterality,
        terms.severity,
    ):
        yield from table
    yield from terms.questions
    yield from terms.present | terms.absent


def test_every_snomed_and_loinc_code_passes_its_check_digit(shipped: Knowledge) -> None:
    codes = [*all_codes(shipped.terminology)]
    codes += [code for order in shipped.order_templates.values() for side in Side for code in order.codes[side]]
    checks = {"sct": is_snomed_ct, "loinc": is_loinc}
    checked = [code for code in codes if code.system in checks]
    assert len({code.system for code in checked}) == 2
    assert [code for code in checked if not checks[code.system](code.code)] == []


def icd_rows(shipped: Knowledge) -> list[tuple[str, ListedCode]]:
    return [
        (finding, row)
        for finding, rows in shipped.finding_codes.items()
        for row in rows
        if row.system_label == "ICD-10-CM"
    ]


def side_of(code: str) -> Side | None:
    """Return the side that an ICD-10-CM description states, or None."""
    words = set(re.findall(r"[a-z]+", icd.get_description(code).lower()))
    if words & {"bilateral", "bilaterally"}:
        return Side.BOTH
    if {"left", "right"} & words:
        return Side.LEFT if "left" in words else Side.RIGHT
    return None


def known_as(code: str, prefix: bool) -> list[str]:
    """Return the codes of the tabular list that a row's code stands for."""
    start = bisect_left(SORTED_ICD, code)
    end = bisect_left(SORTED_ICD, code + LAST) if prefix else bisect_right(SORTED_ICD, code)
    return SORTED_ICD[start:end]


def test_every_icd_code_exists_in_the_tabular_list(shipped: Knowledge) -> None:
    """The digits for right and left must exist; not every branch has "both" and "not stated"."""
    missing = []
    for finding, row in icd_rows(shipped):
        sided = [code for code, side in row.expanded_codes if "?" not in row.code or side in {Side.LEFT, Side.RIGHT}]
        missing += [(finding, code) for code in sided if not known_as(code, row.is_prefix)]
    assert missing == []


def test_every_icd_code_states_the_side_its_description_states(shipped: Knowledge) -> None:
    wrong = []
    for finding, row in icd_rows(shipped):
        for code, side in row.expanded_codes:
            if finding == "low-back-pain" and code == "M54.4":
                continue  # the code's side is the sciatica's, not the back's
            described = {side_of(known) for known in known_as(code, row.is_prefix) if icd.is_leaf(known)} - {None}
            if described and described != {side} and not (side is Side.UNSTATED and len(described) > 1):
                wrong.append((finding, code, side.value, {other.value for other in described if other}))
    assert wrong == []


def test_a_branch_whose_side_digits_are_its_own_has_no_other_digit(shipped: Knowledge) -> None:
    """M87.050 is the pelvis and M79.601 the arm: the usual digits would include them."""
    meanings = shipped.terminology.find_meanings
    assert meanings(Code("icd10cm", "M87.050")) == ()
    assert meanings(Code("icd10cm", "M79.601")) == ()
    assert meanings(Code("icd10cm", "M79.605")) == (FindingMeaning("leg-pain", Side.LEFT),)
    assert meanings(Code("icd10cm", "S72.044A")) == (FindingMeaning("hip-fracture", Side.RIGHT),)
    assert meanings(Code("icd10cm", "S72.26XA")) == (FindingMeaning("hip-fracture", Side.UNSTATED),)


@pytest.mark.parametrize(("system", "code"), WRONG)
def test_codes_that_public_projects_get_wrong_are_in_no_value_set(shipped: Knowledge, system: str, code: str) -> None:
    assert Code(system, code) not in set(all_codes(shipped.terminology))


@pytest.mark.parametrize("code", FOR_NO_FINDING)
def test_codes_without_site_or_cause_stand_for_no_finding(shipped: Knowledge, code: str) -> None:
    assert shipped.terminology.find_meanings(Code("icd10cm", code)) == ()


def test_left_and_right_hip_region_are_not_swapped(shipped: Knowledge) -> None:
    sites = shipped.terminology.body_sites
    assert sites[Code("sct", "287679003")].side is Side.LEFT
    assert sites[Code("sct", "287579007")].side is Side.RIGHT


def test_a_drug_code_seen_under_eight_names_is_an_ingredient_and_not_listed(shipped: Knowledge) -> None:
    assert shipped.terminology.find_meanings(Code("rxnorm", "41493")) == ()


def test_a_branch_means_its_codes_but_for_those_excepted(shipped: Knowledge) -> None:
    meanings = shipped.terminology.find_meanings
    assert meanings(Code("icd10cm", "Z85.3")) == (FindingMeaning("cancer-history"),)
    assert meanings(Code("icd10cm", "Z85.828")) == ()
    assert meanings(Code("icd10cm", "C44.91")) == ()
    assert meanings(Code("icd10cm", "S72.001A")) == (FindingMeaning("hip-fracture", Side.RIGHT),)


def test_a_branch_of_one_system_says_nothing_of_another(shipped: Knowledge) -> None:
    assert shipped.terminology.find_meanings(Code("loinc", "Z85.3")) == ()


def test_a_code_may_stand_for_two_findings(shipped: Knowledge) -> None:
    findings = {meaning.finding for meaning in shipped.terminology.find_meanings(Code("icd10cm", "M51.16"))}
    assert findings == {"lumbar-radiculopathy", "lumbar-disc-herniation"}


def test_every_finding_has_its_own_code(shipped: Knowledge) -> None:
    for finding in shipped.content.findings:
        assert shipped.terminology.find_meanings(Code("finding", finding)) == (FindingMeaning(finding),)


def test_an_alias_of_a_system_means_the_system(shipped: Knowledge) -> None:
    assert shipped.terminology.system_by_uri["urn:oid:2.16.840.1.113883.6.96"] == "sct"


def test_an_order_takes_the_code_of_its_side_first(shipped: Knowledge) -> None:
    radiograph = shipped.order_templates["hip-radiograph"]
    assert radiograph.codes[Side.LEFT] == (Code("loinc", "36631-0"),)
    assert radiograph.codes[Side.UNSTATED] == (Code("loinc", "30767-8"),)


def findings_of(shipped: Knowledge, code: str, system: str = "icd10cm") -> set[str]:
    return {meaning.finding for meaning in shipped.terminology.find_meanings(Code(system, code))}


@pytest.mark.parametrize("seventh", "ABCDEFGHJKMNPQR")
def test_a_fracture_under_care_is_a_fracture(shipped: Knowledge, seventh: str) -> None:
    assert findings_of(shipped, f"S72.001{seventh}") == {"hip-fracture"}
    assert findings_of(shipped, f"S72.21X{seventh}") == {"hip-fracture"}


@pytest.mark.parametrize("code", ["S72.001S", "S72.21XS", "S72.92XS", "M84.351S"])
def test_the_sequela_of_a_fracture_is_no_fracture(shipped: Knowledge, code: str) -> None:
    assert findings_of(shipped, code) == set()


def test_osteoporosis_with_an_old_fracture_is_osteoporosis_still(shipped: Knowledge) -> None:
    assert findings_of(shipped, "M80.051A") == {"osteoporosis", "hip-fracture"}
    assert findings_of(shipped, "M80.051S") == {"osteoporosis"}


@pytest.mark.parametrize(
    ("code", "findings"),
    [
        ("M51.16", {"lumbar-radiculopathy", "lumbar-disc-herniation"}),
        ("M51.17", {"lumbar-radiculopathy", "lumbar-disc-herniation"}),
        ("M51.26", {"lumbar-disc-herniation"}),
        ("M54.40", {"low-back-pain", "sciatica"}),
        ("M54.42", {"low-back-pain", "sciatica"}),
        ("M48.062", {"lumbar-stenosis", "neurogenic-claudication"}),
        ("M48.061", {"lumbar-stenosis"}),
    ],
)
def test_a_code_stands_for_everything_it_names(shipped: Knowledge, code: str, findings: set[str]) -> None:
    assert findings_of(shipped, code) == findings


def test_of_stenosis_with_claudication_only_the_claudication_expires(shipped: Knowledge) -> None:
    definitions = shipped.content.findings
    assert definitions["lumbar-stenosis"].window_days is None
    assert definitions["neurogenic-claudication"].window_days == 365


def test_the_side_of_back_pain_with_sciatica_is_the_sciaticas(shipped: Knowledge) -> None:
    meanings = shipped.terminology.find_meanings(Code("icd10cm", "M54.42"))
    sides = {meaning.finding: meaning.side for meaning in meanings}
    assert sides == {"sciatica": Side.LEFT, "low-back-pain": Side.UNSTATED}


@pytest.mark.parametrize(
    "code", ["C00.0", "C43.9", "C4A.9", "C50.911", "C61", "C79.2", "C79.51", "C7A.1", "C90.00", "C96.9"]
)
def test_cancer_is_the_whole_of_its_letter(shipped: Knowledge, code: str) -> None:
    assert findings_of(shipped, code) == {"active-cancer"}


@pytest.mark.parametrize("code", ["C44", "C44.311", "C44.91", "D04.9"])
def test_skin_cancer_other_than_melanoma_is_not_a_red_flag(shipped: Knowledge, code: str) -> None:
    assert findings_of(shipped, code) == set()


@pytest.mark.parametrize(("code", "counts"), [("Z85.3", True), ("Z85.820", True), ("Z85.828", False), ("Z85.9", True)])
def test_a_history_of_cancer_but_of_skin_counts(shipped: Knowledge, code: str, counts: bool) -> None:
    assert findings_of(shipped, code) == ({"cancer-history"} if counts else set())


def test_pregnancy_is_what_is_about_pregnancy_and_not_the_time_after_it(shipped: Knowledge) -> None:
    pregnant = [code for code in ALL_ICD if icd.is_leaf(code) and "pregnancy" in findings_of(shipped, code)]
    assert {code[:3] for code in pregnant if code.startswith("O")} >= {"O09", "O20", "O26", "O30", "O36", "O40", "O48"}
    assert [code for code in pregnant if re.search("puerper|postpartum", icd.get_description(code).lower())] == []
    assert findings_of(shipped, "O80") == findings_of(shipped, "O90.6") == set()


# What was checked, row by row (terminology notes, sections 1, 3, 4 and 8): finding to system and codes.
CHECKED = {
    "hip-pain": "sct 49218002 icd10cm M25.551 M25.552 M25.559",
    "buttock-pain": "sct 279043006",
    "groin-pain": "sct 102570003 icd10cm R10.30",
    "thigh-pain": "sct 78514002 icd10cm M79.651 M79.652 M79.659",
    "calf-pain": "sct 300954003",
    "lower-leg-pain": "icd10cm M79.661 M79.662 M79.669",
    "leg-pain": "sct 10601006 icd10cm M79.604 M79.605 M79.606",
    "knee-pain": "sct 30989003 icd10cm M25.561 M25.562 M25.569",
    "low-back-pain": "sct 279039007 278862001 278860009 icd10cm M54.50 M54.51 M54.59 M54.40 M54.41 M54.42",
    "sciatica": "sct 23056005 icd10cm M54.30 M54.31 M54.32 M54.40 M54.41 M54.42",
    "lumbar-radiculopathy": "sct 128196005 2415007 311211000119105 202735001 icd10cm M54.16 M54.17 M51.16 M51.17",
    "lumbar-stenosis": "sct 18347007 icd10cm M48.061 M48.062",
    "neurogenic-claudication": "sct 303081002 19033007 icd10cm M48.062",
    "lumbar-disc-herniation": "sct 202735001 202708005 icd10cm M51.16 M51.17 M51.26 M51.27",
    "lumbar-disc-degeneration": "sct 26538006 icd10cm M51.360 M51.361 M51.362 M51.369",
    "spondylolisthesis": "sct 274152003 4046000 icd10cm M43.16 M43.17 M43.10",
    "lumbar-instability": "icd10cm M53.2X6 M53.2X7",
    "post-laminectomy": "sct 202725007 icd10cm M96.1",
    "hip-osteoarthritis": "sct 239872002 icd10cm M16.0 M16.10 M16.11 M16.12 M16.2 M16.31 M16.52 M16.6 M16.7 M16.9",
    "femoroacetabular-impingement": "sct 432473000",
    "labral-tear": "sct 202336002",
    "trochanteric-pain-syndrome": "sct 7674000 81498004 icd10cm M70.60 M70.61 M70.62 M76.00 M76.01 M76.02",
    "femoral-head-necrosis": "sct 203476003 29281007 111255008 icd10cm M87.051 M87.052 M87.059 M87.851",
    "hip-fracture": "sct 5913000 359820003 409666003 icd10cm S72.001A S72.002A S72.009A M84.359A M84.351A M84.352A",
    "hip-replacement-in-place": "sct 52734007 397956004 cpt 27130 icd10cm Z96.641 Z96.642 Z96.643 Z96.649",
    "cauda-equina-syndrome": "sct 192970008 12454008 icd10cm G83.4",
    "active-cancer": "sct 363346000 94222008 94602001 icd10cm C79.51",
    "cancer-history": "sct 415076002 428262008 415082004 415081006 429014004 icd10cm Z85.3 Z85.46 Z85.118 Z85.9",
    "spinal-infection": "sct 2304001 302935008 202752002 203241002 icd10cm M46.46 M46.47 M46.36 M46.26 M46.27",
    "sacroiliac-disorder": "sct 55146009 202487003 202805003 icd10cm M46.1 M53.3 M99.04",
    "piriformis-syndrome": "sct 129179000 icd10cm G57.00 G57.01 G57.02",
    "peripheral-arterial-disease": "sct 399957001 400047006 63491006 icd10cm I73.9 I70.211 I70.212 I70.213 I70.219",
    "limp": "sct 16973004 67141003",
    "osteoporosis": "sct 64859006 icd10cm M81.0 Z87.310",
    "long-term-steroid": "sct 297279009 icd10cm Z79.52",
    "immunosuppression": "sct 86553008 icd10cm D84.9 D84.821",
    "urinary-retention": "sct 267064002 236648008 icd10cm R33.9 R33.8",
    "bowel-incontinence": "sct 72042002 icd10cm R15.9",
    "weight-loss": "sct 422868009 448765001 icd10cm R63.4",
    "fever": "sct 386661006 icd10cm R50.9",
    "foot-drop": "sct 6077001 27253007 icd10cm M21.371 M21.372 M21.379",
    "leg-numbness": "sct 309537005 309538000",
    "pregnancy": "sct 77386006 icd10cm Z33.1",
    "physical-therapy": "sct 91251008 308447003 444831000124102 229065009 cpt 97161 97162 97163",
    "lumbar-epidural": "sct 180885006 58611004 35597003 cpt 62323 64483",
    "hip-surgery": "sct 52734007 397956004 cpt 27130",
    "lumbar-surgery": "sct 427752004 50172003 277764006 cpt 63030 63047 22612 22630 22633",
    "lumbar-fusion": "sct 50172003 277764006 cpt 22612 22630 22633",
    "nsaid": (
        "rxnorm 310965 197805 197806 197807 310964 198013 198012 198014 603103 311915 849574 849398 849431 311486 "
        "152695 686379 205322 205323 349514 855664 855906 855926 855942 197684 197685 197686 199390 311892 "
        "311893 197817 197818 198107 198108 834022"
    ),
}
# Verified as codes, yet each is too vague by itself: no level, no joint, no movement, arm or leg, or another complaint.
TOO_VAGUE = {
    "sct": "161679004 60168000 249914008 713514005 309087008 89355001 282191000 42984000 271706000",
    "icd10cm": "M25.651 M25.652 M25.659 M79.18",
    "loinc": "30638-1 87135-0 38208-5 38214-3 72514-3",
}


def parse_codes(listed: str) -> Iterator[Code]:
    system = ""
    for word in listed.split():
        if word in {"sct", "icd10cm", "cpt", "rxnorm", "loinc"}:
            system = word
        else:
            yield Code(system, word)


@pytest.mark.parametrize("finding", CHECKED)
def test_every_checked_code_stands_for_its_finding(shipped: Knowledge, finding: str) -> None:
    missing = [
        code for code in parse_codes(CHECKED[finding]) if finding not in findings_of(shipped, code.code, code.system)
    ]
    assert missing == []


@pytest.mark.parametrize("system", TOO_VAGUE)
def test_a_code_that_is_too_vague_stands_for_nothing(shipped: Knowledge, system: str) -> None:
    codes = TOO_VAGUE[system].split()
    assert [code for code in codes if findings_of(shipped, code, system)] == []
    assert [code for code in codes if Code(system, code) in set(all_codes(shipped.terminology))] == []
