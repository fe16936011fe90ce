"""Tests of what the safety screen reads of each resource, when it was, and what it could not read."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from synthetic import PATIENT

from cds_service.chart.chart_reader import ChartReader
from cds_service.knowledge import Knowledge
from cds_service.model.facts import Chart

ReadChart = Callable[..., Chart]
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
LOINC = "http://loinc.org"


def resource(kind: str, **members: Any) -> dict[str, Any]:
    return {"resourceType": kind, "id": "r1", "subject": {"reference": f"Patient/{PATIENT}"}, **members}


def coded(code: str, display: str = "", system: str = ICD) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, **({"display": display} if display else {})}]}


def hits(chart: ReadChart, *resources: dict[str, Any]) -> set[str]:
    return {hit.group for hit in chart(*resources).screen_hits}


NOTE = [{"text": "Known lymphoma."}]
READ = {
    "code": resource("Condition", code=coded("C50.9")),
    "display": resource("Condition", code=coded("local-1", "Lymphoma, unspecified", "urn:local")),
    "text": resource("Condition", code={"text": "Lymphoma"}),
    "note": resource("Condition", code={"text": "Back pain"}, note=NOTE),
    "note of DSTU2": resource("Condition", code={"text": "Back pain"}, notes="Known lymphoma."),
    "stage": resource("Condition", code={"text": "Back pain"}, stage=[{"summary": {"text": "metastatic"}}]),
    "evidence": resource("Condition", code={"text": "Back pain"}, evidence=[{"code": [{"text": "lymphoma"}]}]),
    "resolved": resource("Condition", code=coded("C50.9"), clinicalStatus=coded("resolved", system="urn:status")),
    "procedure": resource("Procedure", status="completed", code={"text": "Chemotherapy"}),
    "procedure's reason": resource("Procedure", status="completed", code={"text": "Scan"}, reasonCode=[coded("C61")]),
    "procedure's note": resource("Procedure", status="completed", code={"text": "Scan"}, note=NOTE),
    "drug's reason": resource("MedicationRequest", status="active", reasonCode=[{"text": "breast cancer"}]),
    "order's reason": resource("ServiceRequest", status="active", code={"text": "MRI"}, reasonCode=[coded("C61")]),
    "order's words": resource("ServiceRequest", status="active", code={"text": "MRI"}, reasonCode=[{"text": "?mets"}]),
    "reason by reference": resource("ServiceRequest", status="active", reasonReference=[{"display": "Lymphoma"}]),
    "conclusion": resource("DiagnosticReport", status="final", code={"text": "MRI"}, conclusion="Metastases in L2."),
    "conclusion's code": resource("DiagnosticReport", status="final", conclusionCode=[coded("C79.51")]),
    "value": resource("Observation", status="final", code={"text": "History"}, valueString="lymphoma in 2010"),
    "coded value": resource("Observation", status="final", code={"text": "Dx"}, valueCodeableConcept=coded("C61")),
    "component": resource(
        "Observation", status="final", component=[{"code": {"text": "x"}, "valueString": "known lymphoma"}]
    ),
    "yes to a name": resource(
        "Observation", status="final", code=coded("q1", "Cancer ever?", "urn:local"), valueString="Yes"
    ),
    "true": resource("Observation", status="final", code=coded("q1", "Cancer ever", "urn:local"), valueBoolean=True),
}  # fmt: skip
NOT_READ = {
    "refuted": resource("Condition", code=coded("C50.9"), verificationStatus=coded("refuted", system="urn:v")),
    "in error": resource("Condition", code=coded("C50.9"), verificationStatus=coded("entered-in-error", system="u:v")),
    "not done": resource("Procedure", status="not-done", code={"text": "Chemotherapy"}),
    "cancelled": resource("ServiceRequest", status="revoked", reasonCode=[coded("C61")]),
    "not to perform": resource("ServiceRequest", status="active", doNotPerform=True, reasonCode=[coded("C61")]),
    "untaken": resource("MedicationStatement", status="not-taken", medicationCodeableConcept={"text": "methotrexate"}),
    "name of a test": resource("Observation", status="final", code=coded("1", "Cancer Ag", LOINC), valueString="1"),
    "name alone": resource("Observation", status="final", code=coded("q1", "Cancer?", "urn:local"), valueString="No"),
    "false": resource("Observation", status="final", code=coded("q1", "Cancer ever", "urn:local"), valueBoolean=False),
    "screening": resource("Condition", code=coded("Z12.31", "Encounter for screening for malignant neoplasm")),
    "family": resource("Condition", code=coded("Z80.3", "Family history of malignant neoplasm of breast")),
    "old skin cancer": resource("Condition", code=coded("Z85.828", "History of malignant neoplasm of skin")),
    "name of an order": resource("ServiceRequest", status="active", code={"text": "Cancer antigen 125"}),
    "name of a report": resource("DiagnosticReport", status="final", code={"text": "Oncology panel"}),
    "negative": resource("Observation", status="final", code=coded("1", "HIV 1+2 Ab", LOINC), valueString="negative"),
    "another patient's": {**resource("Condition", code=coded("C50.9")), "subject": {"reference": "Patient/p2"}},
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_what_is_read(chart: ReadChart, name: str) -> None:
    assert "cancer" in hits(chart, READ[name])


@pytest.mark.parametrize("name", NOT_READ)
def test_what_is_not_read(chart: ReadChart, name: str) -> None:
    assert not hits(chart, NOT_READ[name])


def test_a_positive_test_is_read_by_its_name(chart: ReadChart) -> None:
    code = coded("1", "HIV 1+2 Ab", LOINC)
    assert hits(chart, resource("Observation", status="final", code=code, valueString="Reactive")) == {"infection"}
    positive = [{"coding": [{"code": "POS"}]}]
    assert hits(chart, resource("Observation", status="final", code=code, interpretation=positive)) == {"infection"}


def drug(name: str, *, status: str = "active", authored: str = "2020-01-01", **dosage: Any) -> dict[str, Any]:
    return resource(
        "MedicationRequest",
        status=status,
        authoredOn=authored,
        medicationCodeableConcept={"text": name},
        dosageInstruction=[dosage] if dosage else [],
    )


def test_a_steroid_counts_where_it_is_swallowed(chart: ReadChart) -> None:
    assert "fever" in hits(chart, drug("Prednisone 20 mg", text="1 tablet daily"))
    assert "fever" not in hits(chart, drug("Prednisolone 1 %", text="1 drop", route={"text": "ophthalmic, left eye"}))
    assert "fever" not in hits(chart, drug("Dexamethasone", route={"text": "intra-articular"}))


def test_a_drug_that_is_taken_is_of_today(chart: ReadChart) -> None:
    [hit] = [one for one in chart(drug("Prednisone 20 mg")).screen_hits if one.cause == "prednis"]
    assert hit.when is not None
    assert hit.when.first.isoformat() == "2026-03-10"
    [old] = [one for one in chart(drug("Medrol dose pack", status="completed")).screen_hits if one.cause == "medrol"]
    assert old.when is not None
    assert old.when.first.isoformat() == "2020-01-01"


def test_a_hit_has_the_newest_day_and_the_onset(chart: ReadChart) -> None:
    condition = resource("Condition", code=coded("R32"), onsetDateTime="2019-05-01", recordedDate="2026-03-01")
    hit = next(hit for hit in chart(condition).screen_hits if hit.cause == "R32")
    assert hit.when is not None
    assert hit.onset is not None
    assert (hit.when.first.isoformat(), hit.onset.first.isoformat()) == ("2026-03-01", "2019-05-01")
    assert hit.source.reference == "Condition/r1"


def test_a_note_has_its_own_day(chart: ReadChart) -> None:
    note = [{"text": "Fever today.", "time": "2026-03-09T08:00:00Z"}]
    condition = resource("Condition", code={"text": "Back pain"}, recordedDate="2026-01-01", note=note)
    hit = next(hit for hit in chart(condition).screen_hits if hit.cause == "fever")
    assert hit.when is not None
    assert hit.when.first.isoformat() == "2026-03-09"


def temperature(value: object, unit: str = "Cel") -> dict[str, Any]:
    quantity = {"value": value, "unit": unit, "code": unit}
    return resource("Observation", status="final", code=coded("8310-5", "Temp", LOINC), valueQuantity=quantity)


def test_values_count(chart: ReadChart) -> None:
    assert "fever" in hits(chart, temperature(38.9))
    assert "fever" in hits(chart, temperature(101.2, "[degF]"))
    assert "fever" not in hits(chart, temperature(36.9))
    assert "fever" not in hits(chart, temperature(None))
    crp = {"value": 12, "unit": "mg/L"}
    high = [{"high": {"value": 5}}]
    observation = resource("Observation", status="final", code=coded("1988-5", "CRP", LOINC), valueQuantity=crp)
    assert "fever" not in hits(chart, observation)
    assert "fever" in hits(chart, {**observation, "referenceRange": high})
    assert "fever" not in hits(chart, {**observation, "referenceRange": "odd"})


def test_a_value_sent_as_text_counts(chart: ReadChart) -> None:
    written = resource("Observation", status="final", code={"text": "Temperature"}, valueString="38.9 C")
    assert "fever" in hits(chart, written)


def test_each_mention_counts_once_for_a_record(chart: ReadChart) -> None:
    condition = resource("Condition", code={"text": "Lymphoma"}, note=[{"text": "lymphoma, lymphoma"}])
    found = [hit for hit in chart(condition).screen_hits if hit.cause == "lymphoma"]
    assert len(found) == 1


def test_texts_that_were_not_screened_are_counted(chart: ReadChart) -> None:
    german = resource("Condition", code={"text": "x"}, note=[{"text": "Kann seit gestern kein Wasser lassen."}])
    assert dict(chart(german).unscreened) == {"other-language": 1}
    marked = resource("Condition", language="de", code={"text": "x"}, note=[{"text": "Lumbago"}])
    assert "other-language" in chart(marked).unscreened
    english = resource("Condition", language="en-GB", code={"text": "x"}, note=[{"text": "Lumbago since May"}])
    assert not chart(english).unscreened
    long = resource("Condition", code={"text": "x"}, note=[{"text": "Back pain. " * 20_000}])
    assert dict(chart(long).unscreened) == {"too-long": 1}


def test_displays_of_codes_may_be_in_any_language(chart: ReadChart) -> None:
    assert not chart(resource("Condition", code=coded("M54.5", "Kreuzschmerz, nicht n\u00e4her bezeichnet"))).unscreened


def test_a_fused_neck_is_no_operated_back(chart: ReadChart) -> None:
    assert hits(chart, resource("Condition", code=coded("Z98.1", "Arthrodesis status"))) == {"operated-spine"}
    neck = resource("Condition", code=coded("Z98.1", "Arthrodesis status"), bodySite=[{"text": "Cervical spine"}])
    assert not hits(chart, neck)


def test_a_strange_field_costs_nothing_else(chart: ReadChart) -> None:
    strange = resource("Condition", code=coded("C50.9"), stage="IV", evidence=7)
    assert "cancer" in hits(chart, strange)


def test_what_the_reader_found_is_in_its_group(reader: ChartReader, knowledge: Knowledge, chart: ReadChart) -> None:
    del reader
    for table in knowledge.screen.tables:
        for finding in table.findings:
            code = coded(finding, system="https://hip-spine-cds.example/fhir/CodeSystem/finding")
            kind = "Procedure" if knowledge.content.findings[finding].kind == "treatment" else "Condition"
            assert table.group.id in hits(chart, resource(kind, status="completed", code=code)), finding


def answered(name: str, **value: Any) -> dict[str, Any]:
    return resource("Observation", status="final", code={"text": name}, **value)


def form(text: str, kind: str = "text/plain") -> list[dict[str, str]]:
    return [{"contentType": kind, "data": base64.b64encode(text.encode()).decode()}]


CULTURE = {**answered("Blood culture", valueString="Staphylococcus aureus"), "subject": None}
DANGER = {
    "an answer in words": (answered("Saddle sensation", valueString="decreased"), "sphincter"),
    "a coded answer": (answered("Perianal sensation", valueCodeableConcept={"text": "reduced"}), "sphincter"),
    "an absent faculty": (answered("Perineal sensation", valueString="absent"), "sphincter"),
    "a denied faculty": (answered("Bowel control", valueBoolean=False), "sphincter"),
    "a grade": (answered("Strength right EHL", valueQuantity={"value": 2}), "weakness-or-gait"),
    "a whole number": (answered("Motor power ankle dorsiflexion", valueInteger=2), "weakness-or-gait"),
    "a grade in words": (answered("Strength right EHL", valueString="4+"), "weakness-or-gait"),
    "what is left": (answered("Bladder volume after voiding", valueQuantity={"value": 650}), "sphincter"),
    "a germ": (CULTURE, "infection"),
    "copies": (answered("HIV 1 RNA copies", valueQuantity={"value": 50000}), "infection"),
    "an order": (resource("ServiceRequest", status="active", code={"text": "Referral to oncology"}), "cancer"),
    "an order that was done": (
        resource("ServiceRequest", status="completed", code={"text": "Lumbar fusion"}), "operated-spine"
    ),
    "a complication": (resource("Procedure", status="completed", complication=[{"text": "sepsis"}]), "infection"),
    "a follow-up": (resource("Procedure", status="completed", followUp=[{"text": "oncology"}]), "cancer"),
    "a procedure's reason": (resource("Procedure", reasonReference=[{"display": "Lymphoma"}]), "cancer"),
    "a procedure's report": (resource("Procedure", report=[{"display": "Metastases in L2"}]), "cancer"),
    "a drug's reason": (
        resource("MedicationRequest", status="active", reasonReference=[{"display": "Multiple myeloma"}]), "cancer"
    ),
    "a study's reason": (resource("ImagingStudy", reasonCode=[{"text": "brain metastases"}]), "cancer"),
    "a study's description": (resource("ImagingStudy", description="staging lung cancer"), "cancer"),
    "a study's note": (resource("ImagingStudy", note=[{"text": "metastatic disease"}]), "cancer"),
    "beside an order": (resource("ServiceRequest", supportingInfo=[{"display": "Lymphoma"}]), "cancer"),
    "an instruction": (resource("ServiceRequest", patientInstruction="Incontinent, bring pads."), "sphincter"),
    "a name and a place": (
        resource("Condition", code={"text": "Numbness"}, bodySite=[{"text": "perineum"}]), "sphincter"
    ),
    "evidence": (resource("Condition", evidence=[{"detail": [{"display": "CT: bone metastases"}]}]), "cancer"),
    "an onset in words": (resource("Condition", onsetString="after a fall from a ladder"), "trauma"),
    "a document": (resource("DiagnosticReport", presentedForm=form("Epidural abscess.")), "infection"),
    "a page": (resource("DiagnosticReport", presentedForm=form("<p>No</p>abscess of L2", "text/html")), "infection"),
    "a contained result": (resource("DiagnosticReport", contained=[CULTURE]), "infection"),
    "why not": (resource("Procedure", status="not-done", statusReason={"text": "Fever 39"}), "fever"),
    "confirmed after all": (
        resource(
            "Condition", code=coded("C79.51"),
            verificationStatus={"coding": [{"code": "refuted"}, {"code": "confirmed"}]},
        ),
        "cancer",
    ),
}  # fmt: skip
LOOK_ALIKES = {
    "a number": answered("Leukocytes", valueQuantity={"value": 6.1}),
    "a negative test": answered("HIV Ab", valueString="non-reactive"),
    "a low risk": answered("Fall risk", valueString="low"),
    "an intact faculty": answered("Perineal sensation", valueString="intact"),
    "an absent sign": answered("Saddle anaesthesia", valueString="absent"),
    "no pain": answered("Pain", valueString="none"),
    "full strength": answered("Strength right EHL", valueQuantity={"value": 5}),
    "another strength": answered("Grip strength", valueQuantity={"value": 3, "unit": "kg"}),
    "no germ": answered("Blood culture", valueString="No growth after 5 days"),
    "no copy": answered("HIV 1 RNA copies", valueQuantity={"value": 0}),
    "a germ of a test that names a group": answered("Genital culture", valueString="Lactobacillus"),
    "sleep": answered("Trouble falling or staying asleep, or sleeping too much", valueString="Several days"),
    "an order for a test": resource("ServiceRequest", status="active", code={"text": "HIV 1+2 Ab"}),
    "a revoked order": resource("ServiceRequest", status="revoked", code={"text": "Chemotherapy"}),
    "a planned operation": resource("ServiceRequest", status="active", code={"text": "Lumbar fusion L4/5"}),
    "another place": resource("Condition", code={"text": "Fracture"}, bodySite=[{"text": "left wrist"}]),
    "a family's place": resource("Condition", code=coded("Z80.3", "In family"), bodySite=[{"text": "Breast cancer"}]),
    "no complication": resource("Procedure", status="completed", complication=[{"text": "none"}]),
    "the narrative": resource("DiagnosticReport", text={"div": "<div>cancer</div>"}),
    "why not": resource("Procedure", status="not-done", code={"text": "Chemotherapy"}, note=[{"text": "moved away"}]),
    "refuted": resource("Condition", code=coded("C61"), verificationStatus={"coding": [{"code": "refuted"}]}),
}  # fmt: skip


@pytest.mark.parametrize("name", DANGER)
def test_a_reason_to_act_is_met_wherever_it_stands(chart: ReadChart, name: str) -> None:
    record, group = DANGER[name]
    assert group in hits(chart, record)


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_what_only_looks_like_one_is_not(chart: ReadChart, name: str) -> None:
    read = chart(LOOK_ALIKES[name])
    assert not read.screen_hits
    assert not read.unscreened


UNREAD = {
    "complication": resource("Procedure", complication=7),
    "note": resource("ImagingStudy", note=8),
    "evidence": resource("Condition", evidence="odd"),
    "document": resource("DiagnosticReport", presentedForm=form("x", "application/pdf")),
    "document elsewhere": resource("DiagnosticReport", presentedForm=[{"contentType": "text/plain", "url": "x"}]),
    "contained": resource("DiagnosticReport", contained=[{"resourceType": "Observation", "code": 3}]),
}


@pytest.mark.parametrize("name", UNREAD)
def test_a_field_that_cannot_be_read_is_counted(chart: ReadChart, name: str) -> None:
    assert dict(chart(UNREAD[name]).unscreened) == {"format": 1}


def test_a_comment_on_an_old_problem_is_undated(chart: ReadChart) -> None:
    old = resource("Condition", code={"text": "Hypertension"}, recordedDate="2010-01-01")
    [undated] = chart({**old, "note": [{"text": "Fell yesterday."}]}).screen_hits
    assert undated.when is None
    [dated] = chart({**old, "note": [{"text": "Fell yesterday.", "time": "2015-01-01"}]}).screen_hits
    assert dated.when is not None
    done = resource("Procedure", status="completed", performedDateTime="2010-01-01", note=[{"text": "Fell."}])
    [on_its_day] = chart(done).screen_hits
    assert on_its_day.when is not None


FOREIGN_NAMES = ["Zustand nach Nierentransplantation", "C\u00e1ncer de mama", "Proth\u00e8se de la hanche gauche"]
ENGLISH_NAMES = ["Hallux valgus", "Caf\u00e9 au lait spot", "Acute viral pharyngitis", "Remifentanil", "Tinea pedis"]


@pytest.mark.parametrize("name", [*FOREIGN_NAMES, *ENGLISH_NAMES])
def test_a_name_in_another_language_is_counted_where_no_code_tells(chart: ReadChart, name: str) -> None:
    unknown = resource("Condition", code=coded("99", name, "urn:local"))
    assert bool(chart(unknown).unscreened) is (name in FOREIGN_NAMES)
    assert not chart(resource("Condition", code=coded("J45.9", name))).unscreened


@pytest.mark.parametrize("note", ["Harnverhalt", "Mamma-Ca 2020", "Z.n. Mammakarzinom"])
def test_a_word_or_two_of_another_language_hold_restraint_back(chart: ReadChart, note: str) -> None:
    read = chart(resource("Condition", code={"text": "Pain"}, note=[{"text": note}]))
    assert read.unscreened or read.screen_hits
