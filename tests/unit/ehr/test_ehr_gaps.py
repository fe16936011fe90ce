"""What is missing from a chart: by kind of data for the card, by key and cause for the log."""

import pytest

from cds_service.ehr.access import NO_SERVER
from cds_service.ehr.gaps import (
    Gap,
    group_by_label,
    not_fetched_gap,
    not_sent_gap,
    outcome_gap,
    partly_sent_gap,
    short_gap,
)
from cds_service.ehr.prefetch_templates import PrefetchKey
from cds_service.ehr.search_result import TOO_LATE, status_fault
from cds_service.fhir.chart_data import NO_GAPS

KEYS = (
    PrefetchKey("observations", "", "observations"),
    PrefetchKey("observations2", "", "observations"),
    PrefetchKey("procedures", "", "procedures"),
)
UNREAD = not_fetched_gap(TOO_LATE, was_sent=False, is_partial=False)
PART = not_fetched_gap(TOO_LATE, was_sent=False, is_partial=True)
UNSENT = not_sent_gap(NO_SERVER)


def test_without_gaps_there_are_no_data_gaps() -> None:
    assert group_by_label(KEYS, {}) is NO_GAPS


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        (UNREAD, UNREAD, "unavailable"),
        (UNREAD, UNSENT, "unavailable"),
        (UNSENT, UNSENT, "not_sent"),
        (UNREAD, None, "incomplete"),
        (None, UNSENT, "incomplete"),
        (PART, UNREAD, "incomplete"),
        (PART, None, "incomplete"),
    ],
)
def test_several_keys_with_one_label_make_one_gap(first: Gap | None, second: Gap | None, kind: str) -> None:
    gaps = {name: gap for name, gap in (("observations", first), ("observations2", second)) if gap}
    assert group_by_label(KEYS, gaps) == NO_GAPS._replace(**{kind: ("observations",)})


def test_labels_are_in_the_order_of_the_keys() -> None:
    gaps = {"procedures": UNREAD, "observations": UNREAD, "observations2": UNREAD}
    assert group_by_label(KEYS, gaps).unavailable == ("observations", "procedures")


@pytest.mark.parametrize(
    ("gap", "code"),
    [
        (UNREAD, "unread:deadline"),
        (PART, "incomplete:deadline"),
        (not_fetched_gap(status_fault(403), was_sent=False, is_partial=False), "unread:status-403"),
        (UNSENT, "not-sent:no-access"),
        (partly_sent_gap(NO_SERVER, is_partial=True), "incomplete:no-access"),
        (partly_sent_gap(NO_SERVER, is_partial=False), "unread:no-access"),
        (short_gap(), "incomplete:short"),
        (outcome_gap(is_partial=False), "unread:outcome"),
        (outcome_gap(is_partial=True), "incomplete:outcome"),
    ],
)
def test_a_gap_has_a_code_from_a_closed_set(gap: Gap, code: str) -> None:
    assert gap.code == code


def test_the_text_of_a_gap_says_why() -> None:
    assert UNREAD.text == ", was not sent, and could not be read from the FHIR server: it did not answer in time"
    assert UNSENT.text == ", was not sent, and no fhirServer was given"
