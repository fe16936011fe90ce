"""Codes of no list here: what their names say (clinical design, second edition, F1, F4 and F9)."""

from collections.abc import Callable
from typing import Any

import pytest
from synthetic import ICD, SNOMED, Json, concept, condition, order, resource

from cds_service.model.facts import Chart, FindingValue

Read = Callable[..., Chart]
LOCAL = "https://ehr.example/problems"
UNLISTED = "99990001"  # a code of no value set here


def named(display: str, system: str = SNOMED, **fields: Any) -> Json:
    code = {"coding": [{"system": system, "code": UNLISTED, "display": display}]}
    return condition("x", **{"code": code, **fields})


def stated(chart: Read, *resources: Json) -> list[str]:
    facts = chart(*resources).findings
    return [f"{fact.id} {fact.side.value}".removesuffix(" unstated") for fact in facts if is_present(fact.value)]


def is_present(value: FindingValue) -> bool:
    return value is FindingValue.PRESENT


@pytest.mark.parametrize("system", [SNOMED, LOCAL])
@pytest.mark.parametrize(
    "display",
    [
        "Malignant tumor of colon",
        "Malignant neoplasm of breast (disorder)",
        "Primary malignant neoplasm of prostate",
        "Overlapping malignant neoplasm of bronchus and lung",
        "Secondary malignant neoplasm of liver",
        "Metastatic malignant neoplasm to brain",
        "Carcinoma of pancreas",
        "Non-small cell carcinoma of lung, TNM stage 4",
        "Infiltrating ductal carcinoma of left breast",
        "Non-Hodgkin's lymphoma (disorder)",
        "Diffuse large B-cell lymphoma",
        "Acute myeloid leukemia",
        "Multiple myeloma",
        "Malignant melanoma of skin of back",
        "Osteosarcoma of bone",
        "Glioblastoma multiforme of brain",
        "Mesothelioma of pleura",
    ],
)
def test_a_cancer_is_known_by_its_name(chart: Read, system: str, display: str) -> None:
    assert [name.split()[0] for name in stated(chart, named(display, system))] == ["active-cancer"]


@pytest.mark.parametrize(
    ("display", "expected"),
    [
        ("Fracture of neck of femur", ["hip-fracture"]),
        ("Fracture of neck of right femur (disorder)", ["hip-fracture right"]),
        ("Closed fracture of neck of left femur", ["hip-fracture left"]),
        ("Intertrochanteric fracture of femur", ["hip-fracture"]),
        ("Pathological fracture of neck of left femur", ["hip-fracture left"]),
        ("Fracture of vertebra", ["vertebral-fracture"]),
        ("Compression fracture of lumbar vertebra", ["vertebral-fracture"]),
        ("Fracture of lumbar vertebra (disorder)", ["vertebral-fracture"]),
        ("Fracture of sacrum", ["vertebral-fracture"]),
        ("Fracture of pelvis", ["pelvic-fracture"]),
        ("Closed fracture of right acetabulum", ["pelvic-fracture right"]),
        ("Fracture of left pubic ramus", ["pelvic-fracture left"]),
        ("Psoas abscess", ["deep-infection"]),
        ("Aneurysm of abdominal aorta", ["aortic-aneurysm"]),
        ("Abdominal aortic aneurysm without rupture", ["aortic-aneurysm"]),
        ("Human immunodeficiency virus infection", ["immunosuppression"]),
        ("Transplanted kidney present", ["immunosuppression"]),
        ("Cardiac pacemaker in situ", ["mri-implant"]),
        ("Overactive bladder", ["overactive-bladder"]),
        ("Right inguinal hernia", ["inguinal-hernia right"]),
        ("Meralgia paresthetica of left lower limb", ["meralgia-paraesthetica left"]),
        ("Presence of left artificial hip joint", ["hip-replacement-in-place left"]),
    ],
)
def test_other_findings_are_known_by_their_names(chart: Read, display: str, expected: list[str]) -> None:
    assert stated(chart, named(display)) == expected


@pytest.mark.parametrize(
    ("display", "side"),
    [
        ("Total replacement of right hip joint (procedure)", "right"),
        ("Prosthetic arthroplasty of left hip", "left"),
        ("Hybrid total replacement of left hip joint", "left"),
        ("Total replacement of hip", ""),
    ],
)
def test_a_replaced_hip_is_known_by_the_name_of_the_procedure(chart: Read, display: str, side: str) -> None:
    code = {"coding": [{"system": SNOMED, "code": UNLISTED, "display": display}]}
    done = resource("Procedure", status="completed", performedDateTime="2023-09-01", code=code)
    assert f"hip-replacement-in-place {side}".strip() in stated(chart, done)


@pytest.mark.parametrize(
    "display",
    [
        "Total replacement of right knee joint",
        "Replacement of aortic valve",
        "Total replacement of left shoulder joint",
    ],
)
def test_another_joint_replaced_is_no_hip(chart: Read, display: str) -> None:
    code = {"coding": [{"system": SNOMED, "code": UNLISTED, "display": display}]}
    done = resource("Procedure", status="completed", performedDateTime="2023-09-01", code=code)
    assert not [name for name in stated(chart, done) if "hip" in name]


def test_the_display_is_read_beside_a_text_that_names_nothing(chart: Read) -> None:
    code = {"coding": [{"system": SNOMED, "code": UNLISTED, "display": "Malignant tumor of colon"}], "text": "colon ca"}
    assert stated(chart, condition("x", code=code)) == ["active-cancer"]


def test_the_display_is_read_for_what_the_text_does_not_name(chart: Read) -> None:
    display = "Secondary malignant neoplasm of bone"
    code = {"coding": [{"system": SNOMED, "code": UNLISTED, "display": display}], "text": "Left hip pain"}
    assert stated(chart, condition("x", code=code)) == ["hip-pain left", "active-cancer"]


def test_a_display_that_says_what_the_text_says_is_not_read_again(chart: Read) -> None:
    code = {"coding": [{"system": LOCAL, "code": "1", "display": "Hip pain"}], "text": "Left hip pain"}
    assert stated(chart, condition("x", code=code)) == ["hip-pain left"]


def test_the_reason_of_an_order_is_known_by_its_name(chart: Read) -> None:
    reason = {"coding": [{"system": SNOMED, "code": UNLISTED, "display": "Malignant tumor of colon"}]}
    assert stated(chart, order("72148", status="active", reasonCode=[reason])) == ["active-cancer"]


def test_the_conclusion_of_a_report_is_known_by_its_name(chart: Read) -> None:
    conclusion = {"coding": [{"system": SNOMED, "code": UNLISTED, "display": "Fracture of lumbar vertebra"}]}
    report = resource("DiagnosticReport", status="final", code=concept("1", LOCAL), conclusionCode=[conclusion])
    assert stated(chart, report) == ["vertebral-fracture"]


NO_DISEASE = [
    ("Z12.31", "Encounter for screening mammogram for malignant neoplasm of breast"),
    ("Z12.11", "Encounter for screening for malignant neoplasm of colon"),
    ("Z11.4", "Encounter for screening for human immunodeficiency virus [HIV]"),
    ("Z13.820", "Encounter for screening for osteoporosis"),
    ("Z15.01", "Genetic susceptibility to malignant neoplasm of breast"),
    ("Z80.3", "Family history of malignant neoplasm of breast"),
    ("Z82.62", "Family history of osteoporosis"),
    ("Z83.0", "Family history of human immunodeficiency virus [HIV] disease"),
    ("Z85.828", "Personal history of other malignant neoplasm of skin"),
    ("Z86.000", "Personal history of in-situ neoplasm of breast"),
    ("Z86.010", "Personal history of colonic polyps"),
    ("Z86.018", "Personal history of other benign neoplasm"),
]


@pytest.mark.parametrize(("code", "display"), NO_DISEASE)
@pytest.mark.parametrize("text", [None, "the display", "Malignant neoplasm of breast"])
def test_a_code_that_means_no_disease_is_not_read_as_one(
    chart: Read, code: str, display: str, text: str | None
) -> None:
    name = {"coding": [{"system": ICD, "code": code, "display": display}]}
    written = {} if text is None else {"text": display if text == "the display" else text}
    assert chart(condition("x", code={**name, **written})).findings == ()


@pytest.mark.parametrize("display", [display for _, display in NO_DISEASE])
@pytest.mark.parametrize("system", [SNOMED, LOCAL])
def test_a_name_that_means_no_disease_is_not_read_as_one(chart: Read, display: str, system: str) -> None:
    assert chart(named(display, system)).findings == ()
    assert chart(condition("x", code={"text": display})).findings == ()


@pytest.mark.parametrize(
    "display",
    ["Screening for malignant neoplasm of prostate (procedure)", "Family history: Cancer of colon", "Fear of cancer"],
)
def test_so_are_the_names_of_snomed_ct(chart: Read, display: str) -> None:
    assert chart(named(display)).findings == ()


def test_a_name_that_goes_on_is_read(chart: Read) -> None:
    text = "Family history of breast cancer. Low back pain."
    assert stated(chart, condition("x", code={"text": text})) == ["low-back-pain"]


def test_a_cancer_beside_a_screening_code_stays_one(chart: Read) -> None:
    code = {"coding": [{"system": ICD, "code": "Z12.31"}, {"system": ICD, "code": "C50.911"}]}
    assert stated(chart, condition("x", code=code)) == ["active-cancer"]


def test_a_question_about_the_family_is_answered_for_the_family(chart: Read) -> None:
    asked = resource("Observation", status="final", code={"text": "Family history"}, valueString="colon cancer")
    assert chart(asked).findings == ()


OVER = [
    {"clinicalStatus": concept("resolved")},
    {"clinicalStatus": concept("inactive")},
    {"clinicalStatus": concept("remission")},
    {"clinicalStatus": "resolved"},
    {"abatementDateTime": "2021-01-01"},
    {"abatementString": "five years ago"},
    {"abatementBoolean": True},
]


@pytest.mark.parametrize("over", OVER)
@pytest.mark.parametrize(
    "code",
    [
        concept("C50.911", ICD),
        concept("363346000"),
        {"coding": [{"system": SNOMED, "code": UNLISTED, "display": "Malignant tumor of colon"}]},
        {"text": "Breast cancer"},
    ],
)
def test_a_cancer_that_is_over_is_a_history_of_cancer(chart: Read, code: Json, over: Json) -> None:
    assert stated(chart, condition("x", code=code, recordedDate="2019-05-01", **over)) == ["cancer-history"]


@pytest.mark.parametrize("over", OVER)
def test_a_history_stays_one_and_other_problems_go(chart: Read, over: Json) -> None:
    assert stated(chart, condition("x", code={"text": "History of breast cancer"}, **over)) == ["cancer-history"]
    result = chart(condition("M25.551", ICD, **over))
    assert (result.findings, len(result.ignored)) == ((), 1)


def test_a_refuted_cancer_leaves_no_history(chart: Read) -> None:
    refuted = condition("C50.911", ICD, verificationStatus=concept("refuted"), **OVER[0])
    assert [(fact.id, fact.value) for fact in chart(refuted).findings] == [("active-cancer", FindingValue.ABSENT)]
    wrong = condition("C50.911", ICD, verificationStatus=concept("entered-in-error"), **OVER[0])
    assert chart(wrong).findings == ()
    thought_of = condition("C50.911", ICD, verificationStatus=concept("differential"), **OVER[0])
    assert chart(thought_of).findings == ()


@pytest.mark.parametrize(
    "text", ["Breast cancer, in remission", "Breast cancer in remission since 2019", "History of lymphoma, resolved"]
)
def test_words_say_that_a_cancer_is_over(chart: Read, text: str) -> None:
    assert set(stated(chart, condition("x", code={"text": text}))) == {"cancer-history"}


@pytest.mark.parametrize("finding", ["active-cancer", "immunosuppression", "long-term-steroid", "aortic-aneurysm"])
def test_what_counts_while_it_is_active_has_no_window(reader: Any, finding: str) -> None:
    definition = reader._lookups.findings[finding]
    assert (definition.window_days, definition.stays) == (None, False)
