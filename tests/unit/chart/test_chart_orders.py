"""Orders on record, drafts and their reasons: clinical design §1.3, §3 and §5."""

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import pytest
from synthetic import LOINC, SNOMED, Json, concept, condition, encoded, observation, order, resource

from cds_service.fhir.chart_data import DraftOrder
from cds_service.fhir.resources import ServiceRequest
from cds_service.model.dates import full_date
from cds_service.model.facts import Chart, FindingValue, Imaging, SourceKind, Stage
from cds_service.model.sides import Side

Read = Callable[..., Chart]
TODAY = full_date(date(2026, 3, 10))


def draft(*arguments: Any, selected: bool = True, **fields: Any) -> DraftOrder:
    body = order(*arguments, **fields)
    request = msgspec.json.decode(encoded(body), type=ServiceRequest)
    return DraftOrder(f"ServiceRequest/{body['id']}", request, selected)


def drafted(chart: Read, *record: Json, **fields: Any) -> Imaging:
    """Return a draft for a lower limb joint, whose CPT code names no joint, as imaging."""
    [imaging] = chart(*record, drafts=[draft("73721", **fields)]).imaging
    return imaging


@pytest.mark.parametrize("status", ["active", "draft", "on-hold", None])
def test_an_open_request_is_an_order(chart: Read, status: str | None) -> None:
    [imaging] = chart(order("72148", status=status, authoredOn="2026-02-01")).imaging
    assert (imaging.stage, imaging.when, imaging.is_selected) == (Stage.REQUEST, full_date(date(2026, 2, 1)), False)


@pytest.mark.parametrize("fields", [{"status": "revoked"}, {"status": "entered-in-error"}, {"doNotPerform": True}])
def test_a_withdrawn_or_negated_request_is_no_order(chart: Read, fields: Json) -> None:
    result = chart(order("72148", **fields))
    assert (result.imaging, len(result.ignored)) == ((), 1)


def test_a_draft_of_something_not_to_be_done_is_no_order(chart: Read) -> None:
    assert chart(drafts=[draft("72148", doNotPerform=True)]).imaging == ()


@pytest.mark.parametrize("words", ["eval for fracture", "fall", "fractures"])
def test_an_injury_is_asked_about_by_an_order_alone(chart: Read, words: str) -> None:
    [finding] = chart(drafts=[draft("72148", reasonCode=[{"text": words}])]).findings
    assert (finding.id, finding.value) == ("major-trauma", FindingValue.ASKED)
    assert chart(condition("x", code={"text": words})).findings == ()


@pytest.mark.parametrize(
    ("text", "side", "code_side"),
    [
        ("MRI right hip without contrast", Side.UNSTATED, Side.RIGHT),
        ("MRI left hip without contrast", Side.LEFT, None),
        ("MRI right and left hip", Side.LEFT, None),  # text that names both sides does not contradict the body site
        ("MRI hip without contrast", Side.LEFT, None),
    ],
)
def test_a_code_that_names_the_other_side_in_words_than_its_body_site(
    chart: Read, text: str, side: Side, code_side: Side | None
) -> None:
    local = {"coding": [{"system": "https://ehr.example/orders", "code": "4711"}], "text": text}
    imaging = drafted(chart, code=local, bodySite=[concept("287679003")])
    assert (imaging.region, imaging.side, imaging.code_side) == ("hip", side, code_side)
    displayed = {"coding": [{"system": "https://ehr.example/orders", "code": "4711", "display": text}]}
    assert drafted(chart, code=displayed, bodySite=[concept("287679003")]).code_side is code_side


def test_words_of_an_orders_details_are_not_those_of_its_code(chart: Read) -> None:
    imaging = drafted(chart, bodySite=[concept("287679003")], orderDetail=[{"text": "compare with the right hip"}])
    assert (imaging.side, imaging.code_side) == (Side.LEFT, None)


def test_a_fracture_of_an_unstated_bone_takes_no_joint_for_the_hip(chart: Read) -> None:
    assert drafted(chart, reasonCode=[{"text": "r/o fracture"}]).region == "lower-limb-joint"


def test_a_completed_imaging_request_is_imaging_done_on_its_occurrence(chart: Read) -> None:
    fields = {"status": "completed", "authoredOn": "2025-12-01"}
    [imaging] = chart(order("72148", occurrenceDateTime="2026-01-12", **fields)).imaging
    assert (imaging.stage, imaging.when, imaging.source.kind) == (
        Stage.STUDY,
        full_date(date(2026, 1, 12)),
        SourceKind.REQUEST,
    )
    [undated] = chart(order("72148", **fields)).imaging
    assert undated.when is None


@pytest.mark.parametrize("code", ["308447003", "444831000124102"])
def test_a_completed_referral_is_no_treatment_tried(chart: Read, code: str) -> None:
    assert chart(order("x", status="completed", authoredOn="2025-12-01", code=concept(code))).findings == ()


def test_a_completed_order_is_a_treatment_tried_by_its_occurrence_or_when_it_was_asked(chart: Read) -> None:
    fields = {"status": "completed", "authoredOn": "2025-12-01", "code": concept("91251008")}
    [finding] = chart(order("x", **fields)).findings
    assert (finding.id, finding.when) == ("physical-therapy", full_date(date(2025, 12, 1)))
    [finding] = chart(order("x", occurrencePeriod={"start": "2025-12-09"}, **fields)).findings
    assert finding.when == full_date(date(2025, 12, 9))


def test_an_open_referral_is_an_order_for_a_treatment_and_not_yet_tried(chart: Read) -> None:
    result = chart(order("x", status="active", code=concept("308447003")))
    assert [imaging.treatment for imaging in result.imaging] == ["physical-therapy"]
    assert result.findings == ()


def test_an_order_for_a_treatment_is_not_among_the_ignored_records(chart: Read) -> None:
    assert chart(order("x", status="active", code=concept("308447003"))).ignored == ()


def test_an_order_whose_code_names_no_treatment_is_ignored_once(chart: Read) -> None:
    [ignored] = chart(order("x", status="active", code=concept("23056005"))).ignored  # sciatica
    assert ignored.code == f"{SNOMED}|23056005"


def test_a_draft_of_a_treatment_is_no_imaging_order_that_the_call_is_about(chart: Read) -> None:
    [order_for_therapy] = chart(drafts=[draft("x", code=concept("308447003"))]).imaging
    assert (order_for_therapy.treatment, order_for_therapy.is_selected) == ("physical-therapy", False)


def test_a_draft_is_of_today_and_selected_or_not(chart: Read) -> None:
    result = chart(drafts=[draft("72148"), draft("72148", number=2, selected=False)])
    assert [(imaging.stage, imaging.when, imaging.is_selected) for imaging in result.imaging] == [
        (Stage.DRAFT, TODAY, True),
        (Stage.DRAFT, TODAY, False),
    ]


def test_a_draft_replaces_the_record_of_the_same_order(chart: Read) -> None:
    on_record = order("72148", status="active")
    result = chart(on_record, order("72148", number=2, status="active"), drafts=[draft("72148")])
    assert [(imaging.stage, imaging.source.reference) for imaging in result.imaging] == [
        (Stage.REQUEST, "ServiceRequest/ServiceRequest-2"),
        (Stage.DRAFT, "ServiceRequest/ServiceRequest-1"),
    ]


def test_a_procedure_request_of_stu3_is_an_order(chart: Read) -> None:
    [imaging] = chart({**order("72148", status="active"), "resourceType": "ProcedureRequest"}).imaging
    assert (imaging.stage, imaging.source.reference) == (Stage.REQUEST, "ProcedureRequest/ServiceRequest-1")


def test_a_drafts_reason_is_a_finding_of_today(chart: Read) -> None:
    [finding] = chart(drafts=[draft("72148", reasonCode=[concept("23056005")])]).findings
    assert (finding.id, finding.when, finding.source.kind) == ("sciatica", TODAY, SourceKind.ORDER_REASON)


@pytest.mark.parametrize("reason", [concept("23056005"), concept("49218002")])
def test_a_joint_ordered_for_a_hip_or_spine_reason_is_the_hip(chart: Read, reason: Json) -> None:
    assert drafted(chart, reasonCode=[reason]).region == "hip"


@pytest.mark.parametrize(
    "reasons",
    [
        [concept("30989003")],  # knee pain
        [concept("49218002"), concept("30989003")],
        [concept("49218002"), concept("38341003")],  # hip pain, and something not recognised
        [concept("38341003")],
        [{"text": "as discussed"}],
        [{"text": "hip pain after a fall on the knee"}],  # a knee is named
        [concept("300954003")],  # calf pain is neither
    ],
)
def test_a_joint_ordered_for_other_or_unrecognised_reasons_is_left_open(chart: Read, reasons: list[Json]) -> None:
    hip_on_record = condition("49218002")  # which does not matter: there are reasons
    assert drafted(chart, hip_on_record, reasonCode=reasons).region == "lower-limb-joint"


@pytest.mark.parametrize("reasons", [None, [], [{}], [{"coding": [{}]}], [{"coding": []}]])
def test_without_reasons_current_problems_decide(chart: Read, reasons: list[Json] | None) -> None:
    hip, knee = condition("49218002"), condition("30989003", number=2)
    assert drafted(chart, hip, reasonCode=reasons).region == "hip"
    assert drafted(chart, hip, condition("300954003", number=2), reasonCode=reasons).region == "hip"
    assert drafted(chart, hip, knee, reasonCode=reasons).region == "lower-limb-joint"
    assert drafted(chart, condition("23056005"), reasonCode=reasons).region == "lower-limb-joint"
    assert drafted(chart, reasonCode=reasons).region == "lower-limb-joint"


def test_a_reason_that_names_the_hip_decides_whatever_else_hurts(chart: Read) -> None:
    knee = condition("30989003")
    assert drafted(chart, knee, reasonCode=[concept("49218002")]).region == "hip"


def test_a_knee_problem_forbids_the_hip_where_the_reason_names_the_spine(chart: Read) -> None:
    sciatica = [concept("23056005")]
    assert drafted(chart, condition("30989003"), reasonCode=sciatica).region == "lower-limb-joint"
    old = condition("30989003", recordedDate="2023-01-01")
    assert drafted(chart, old, reasonCode=sciatica).region == "hip"


@pytest.mark.parametrize(
    "name",
    [
        "Derangement of meniscus of left knee",
        "Loose body in knee",
        "Sprain of ankle",
        "Ganglion of right ankle",
        "Ulcer of foot",
    ],
)
def test_a_problem_that_is_no_finding_still_speaks_of_the_knee_or_foot(chart: Read, name: str) -> None:
    hip = condition("49218002")
    local = {"coding": [{"system": SNOMED, "code": "999", "display": name}]}
    for code in ({"text": name}, local):
        assert drafted(chart, hip, condition("x", number=2, code=code)).region == "lower-limb-joint"
    over = condition("x", number=2, code=local, clinicalStatus=concept("resolved"))
    assert drafted(chart, hip, over).region == "hip"
    long_ago = condition("x", number=2, code=local, recordedDate="2023-01-01")
    assert drafted(chart, hip, long_ago).region == "hip"


def test_only_a_joint_that_the_order_leaves_open_is_taken_for_the_hip(chart: Read) -> None:
    hip = [concept("49218002")]
    assert drafted(chart, reasonCode=hip).is_taken_for_hip
    assert not drafted(chart, reasonCode=hip, bodySite=[concept("29836001")]).is_taken_for_hip
    assert not drafted(chart, reasonCode=hip, orderDetail=[{"text": "right hip"}]).is_taken_for_hip
    assert not drafted(chart, reasonCode=[concept("30989003")]).is_taken_for_hip


def test_an_empty_reason_does_not_hide_those_after_it(chart: Read) -> None:
    knee = concept("30989003")
    assert drafted(chart, condition("49218002"), reasonCode=[{}, knee]).region == "lower-limb-joint"


def test_a_reason_that_stands_in_a_note_keeps_current_problems_from_deciding(chart: Read) -> None:
    knee = condition("30989003")
    assert drafted(chart, knee, note=[{"text": "groin pain"}]).region == "hip"


def test_a_problem_that_has_expired_or_is_refuted_is_not_current(chart: Read) -> None:
    assert drafted(chart, condition("49218002", recordedDate="2024-01-01")).region == "lower-limb-joint"
    refuted = condition("49218002", verificationStatus=concept("refuted"))
    assert drafted(chart, refuted).region == "lower-limb-joint"


@pytest.mark.parametrize("site", ["82169009", "30021000"])
def test_a_joint_whose_body_site_is_named_is_never_the_hip(chart: Read, site: str) -> None:
    named = drafted(chart, reasonCode=[concept("23056005")], bodySite=[concept(site)])
    assert named.region in {"knee", "other"}


@pytest.mark.parametrize(
    "reference",
    ["Condition/Condition-1", "https://ehr.example/fhir/Condition/Condition-1", "Condition/Condition-1/_history/2"],
)
def test_a_reason_may_name_a_condition_which_is_then_of_today(chart: Read, reference: str) -> None:
    old = condition("23056005", recordedDate="2019-01-01")
    result = chart(old, drafts=[draft("73721", reasonReference=[{"reference": reference}])])
    assert [finding.when for finding in result.findings] == [full_date(date(2019, 1, 1)), TODAY]
    assert result.imaging[0].region == "hip"


def test_a_reason_may_name_an_observation(chart: Read) -> None:
    result = chart(
        observation("limp"), drafts=[draft("73721", reasonReference=[{"reference": "Observation/Observation-1"}])]
    )
    assert result.imaging[0].region == "hip"


@pytest.mark.parametrize("reference", ["Condition/unknown", "#contained", "", None])
def test_a_reason_that_names_nothing_known_is_not_recognised(chart: Read, reference: str | None) -> None:
    named = drafted(chart, condition("49218002"), reasonReference=[{"reference": reference}])
    assert named.region == "lower-limb-joint"


def test_an_undated_request_does_not_make_the_condition_it_names_undated(chart: Read) -> None:
    old = condition("23056005", recordedDate="2019-01-01")
    request = order("72148", status="active", reasonReference=[{"reference": "Condition/Condition-1"}])
    assert [finding.when for finding in chart(old, request).findings] == [full_date(date(2019, 1, 1))] * 2


def test_wrong_codes_are_no_orders(chart: Read) -> None:
    assert chart(order("24531-6", LOINC, status="active"), resource("ServiceRequest", 2)).imaging == ()
