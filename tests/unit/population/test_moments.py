"""Tests of the moments: the last contact and each imaging order."""

from datetime import date

from cds_service.population.moments import Call, Period, list_calls
from cds_service.population.patient_records import read_patient
from tests.population_export import (
    CPT,
    PERIOD,
    Json,
    about,
    as_lines,
    concept,
    content_judge,
    mri,
    patient,
    problem,
    projector,
    visit,
)


def calls(*resources: Json, period: Period = PERIOD) -> list[Call]:
    records = [record.data for record in projector().project(as_lines([patient("p"), *resources]))]
    return list(list_calls(read_patient("p", records), period, content_judge().is_judged))


def moments(*resources: Json, period: Period = PERIOD) -> list[tuple[str, str]]:
    return [(call.hook, call.moment.text) for call in calls(*resources, period=period)]


def test_the_chart_is_opened_at_the_last_visit_that_took_place() -> None:
    planned = visit("p", "2026-09-01", 3) | {"status": "planned"}
    assert moments(visit("p", "2026-01-05"), visit("p", "2026-02-05", 2), planned) == [("patient-view", "2026-02-05")]


def test_each_imaging_order_of_the_region_is_signed_when_it_was_authored() -> None:
    chest = mri("p", "2026-03-03T10:00:00Z", 3, code=concept(CPT, "71046"))
    found = calls(visit("p", "2026-03-01"), mri("p", "2026-03-01T09:30:00Z"), mri("p", "2026-03-02", 2), chest)
    assert [(call.hook, call.moment.text, call.visit is not None) for call in found] == [
        ("patient-view", "2026-03-01", True),
        ("order-sign", "2026-03-01", True),
        ("order-sign", "2026-03-02", False),
    ]


def test_orders_of_one_moment_are_one_call() -> None:
    hip = mri("p", "2026-03-01T09:30:00Z", 2, code=concept(CPT, "73721"))
    [call] = [one for one in calls(mri("p", "2026-03-01T09:30:00Z"), hip) if one.hook == "order-sign"]
    assert len(call.orders) == 2


def test_what_is_no_order_or_has_no_date_is_no_moment() -> None:
    assert not [
        one
        for one in calls(
            mri("p", "2026-03-01", 1, doNotPerform=True),
            mri("p", "2026-03-01", 2, intent="proposal"),
            mri("p", "2026-03", 3),
            mri("p", "2026-03-01", 4, authoredOn=None),
        )
        if one.hook == "order-sign"
    ]


def test_without_any_visit_the_newest_record_is_the_contact() -> None:
    assert moments(problem("p", "I10", "2026-01-05"), problem("p", "I10", "2026-02-07", 2)) == [
        ("patient-view", "2026-02-07")
    ]
    assert moments(about("p", "Condition", code=concept(CPT, "1"))) == []


def test_only_moments_within_the_days_are_judged() -> None:
    resources = [visit("p", "2026-01-05"), visit("p", "2026-02-05", 2), mri("p", "2026-03-01")]
    assert moments(*resources, period=Period(date(2026, 1, 1), date(2026, 1, 31))) == [("patient-view", "2026-01-05")]
    assert moments(*resources, period=Period(date(2026, 3, 1), date(2026, 3, 1))) == [("order-sign", "2026-03-01")]
    assert moments(*resources, period=Period(date(2027, 1, 1), date(2027, 1, 31))) == []
