"""What a chart records of a finding on a side: superseded records, windows, durations."""

import pytest
from domain_facts import TODAY, Indexed, absent, asked, draft, finding, request, study

from cds_service.logic.chart_index import FindingState
from cds_service.model.dates import parse_partial_date
from cds_service.model.sides import Side

LEFT, RIGHT, BOTH = Side.LEFT, Side.RIGHT, Side.BOTH


def test_a_finding_that_is_not_recorded_has_no_records(indexed: Indexed) -> None:
    assert indexed().finding_state("limp", LEFT) == FindingState((), (), ())


def test_a_record_outside_its_findings_window_is_present_but_not_current(indexed: Indexed) -> None:
    old, new = finding("limp", "left", "2015-01-01"), finding("limp", "left", "2026-03-01")
    state = indexed(old, new).finding_state("limp", LEFT)
    assert len(state.present) == 2
    assert [fact.when for fact in state.current] == [new.when]


def test_a_newer_absence_supersedes_a_presence(indexed: Indexed) -> None:
    state = indexed(finding("limp", "left", "2026-01-01"), absent("limp", "left", "2026-02-01")).finding_state(
        "limp", LEFT
    )
    assert not state.present
    assert len(state.absent) == 1


@pytest.mark.parametrize("when", ["2026-01-01", "2025-12-01", "2026-01", None])
def test_an_absence_that_is_not_certainly_newer_does_not(indexed: Indexed, when: str | None) -> None:
    state = indexed(finding("limp", "left", "2026-01-01"), absent("limp", "left", when)).finding_state("limp", LEFT)
    assert len(state.present) == 1


def test_an_undated_presence_is_not_superseded(indexed: Indexed) -> None:
    assert indexed(finding("limp", when=None), absent("limp")).finding_state("limp", LEFT).present


def test_an_absence_on_one_side_says_nothing_about_the_other(indexed: Indexed) -> None:
    index = indexed(finding("foot-drop", "right", "2026-01-01"), absent("foot-drop", "left", "2026-02-01"))
    assert len(index.finding_state("foot-drop", BOTH).present) == 1
    assert len(index.finding_state("foot-drop", RIGHT).present) == 1
    assert not index.finding_state("foot-drop", LEFT).present


def test_an_absence_without_a_side_supersedes_on_both(indexed: Indexed) -> None:
    index = indexed(finding("foot-drop", "right", "2026-01-01"), absent("foot-drop", "unstated", "2026-02-01"))
    assert not index.finding_state("foot-drop", BOTH).present


def test_asked_findings_are_separate_from_present_ones(indexed: Indexed) -> None:
    state = indexed(asked("hip-fracture")).finding_state("hip-fracture", LEFT)
    assert state.asked
    assert not state.present


@pytest.mark.parametrize(
    ("name", "when", "current"),
    [
        ("limp", "2025-03-10", True),
        ("limp", "2025-03-09", False),
        ("limp", None, True),
        ("limp", "2025", True),
        ("hip-osteoarthritis", "1999-01-01", True),
    ],
)
def test_a_findings_window(indexed: Indexed, name: str, when: str | None, current: bool) -> None:
    assert indexed().is_current(finding(name, when=when)) is current


def test_a_finding_is_recorded_if_present_or_absent_within_the_window(indexed: Indexed) -> None:
    assert indexed(absent("limp", "left")).is_recorded("limp", LEFT)
    assert not indexed(absent("limp", "left")).is_recorded("limp", RIGHT)
    assert not indexed(absent("limp", "left", "2024-01-01")).is_recorded("limp", LEFT)


def test_an_onset_gives_both_ends_of_the_duration(indexed: Indexed) -> None:
    assert indexed(finding("groin-pain", "left", "2026-03-01", "2026-01-27")).symptom_duration(LEFT) == (42, 42)


def test_a_recorded_date_proves_only_a_minimum_duration(indexed: Indexed) -> None:
    assert indexed(finding("groin-pain", "left", "2026-02-28")).symptom_duration(LEFT) == (10, None)


def test_without_a_date_the_duration_is_not_recorded(indexed: Indexed) -> None:
    assert indexed(finding("groin-pain", "left", None)).symptom_duration(LEFT) == (None, None)


def test_a_partial_onset_gives_a_range(indexed: Indexed) -> None:
    assert indexed(finding("groin-pain", "left", "2026-03-01", "2026-01")).symptom_duration(LEFT) == (38, 68)


def test_a_pain_recorded_before_the_onset_proves_it_wrong(indexed: Indexed) -> None:
    index = indexed(
        finding("groin-pain", "left", "2026-03-01", "2026-02-20"), finding("hip-pain", "left", "2026-01-01")
    )
    assert index.symptom_duration(LEFT) == (68, None)


def test_other_diagnoses_and_other_sides_do_not_count_for_the_duration(indexed: Indexed) -> None:
    index = indexed(finding("labral-tear", "left", "2026-01-01"), finding("groin-pain", "right", "2026-01-01"))
    assert index.symptom_duration(LEFT) == (None, None)


@pytest.mark.parametrize("diagnosis", ["sciatica", "lumbar-radiculopathy", "neurogenic-claudication"])
def test_a_diagnosis_that_is_a_pain_counts_for_the_duration(indexed: Indexed, diagnosis: str) -> None:
    index = indexed(finding(diagnosis, "left", "2026-03-01", "2026-02-17"))
    assert index.symptom_duration(LEFT) == (21, 21)


def test_every_pain_of_the_earliest_day_proves_the_duration_whatever_their_order(indexed: Indexed) -> None:
    pains = finding("groin-pain", "left", "2026-01-27"), finding("buttock-pain", "left", None, "2026-01-27")
    for index in (indexed(*pains), indexed(*reversed(pains))):
        assert {fact.id for fact in index.longest_symptom(LEFT)} == {"groin-pain", "buttock-pain"}


def test_the_recorded_onset_has_no_fallback(indexed: Indexed) -> None:
    assert indexed(finding("groin-pain", "left")).recorded_onset(LEFT) is None
    stated = indexed(finding("groin-pain", "left", "2026-03-01", "2026-01-27"))
    assert stated.recorded_onset(LEFT) == parse_partial_date("2026-01-27")


def test_the_onset_falls_back_to_a_fixed_number_of_days(indexed: Indexed) -> None:
    assert indexed(finding("groin-pain", "left", "2026-03-01", "2026-01-27")).symptom_onset(LEFT) == parse_partial_date(
        "2026-01-27"
    )
    fallback = indexed(finding("groin-pain", "left")).symptom_onset(LEFT)
    assert (TODAY - fallback.first).days == 365


def test_open_orders_are_drafts_and_requests_of_90_days(indexed: Indexed) -> None:
    recent, old = request("hip", when="2025-12-10"), request("pelvis", when="2025-12-09")
    undated, new = request("knee", when=None), draft("hip")
    index = indexed(recent, old, undated, new, study("hip"))
    assert index.open_orders == (recent, undated, new)
    assert index.studies == (study("hip"),)
