"""What a chart lacks: by kind of data for the card, by key and cause for the log."""

import pytest

from cds_service.fhir.access.values import NO_SERVER, TOO_LATE, answered
from cds_service.fhir.chart_data import NOTHING_LACKS
from cds_service.fhir.gaps import Gap, by_label, not_fetched, not_sent, sent_as_outcome, sent_in_part
from cds_service.fhir.templates import PrefetchKey

KEYS = (
    PrefetchKey("observations", "", "observations"),
    PrefetchKey("observations2", "", "observations"),
    PrefetchKey("procedures", "", "procedures"),
)
UNREAD = not_fetched(TOO_LATE, was_sent=False, is_partial=False)
PART = not_fetched(TOO_LATE, was_sent=False, is_partial=True)
UNSENT = not_sent(NO_SERVER)


def test_where_nothing_lacks_nothing_is_said() -> None:
    assert by_label(KEYS, {}) is NOTHING_LACKS


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
def test_several_keys_of_one_kind_are_told_as_one(first: Gap | None, second: Gap | None, kind: str) -> None:
    gaps = {name: gap for name, gap in (("observations", first), ("observations2", second)) if gap}
    assert by_label(KEYS, gaps) == NOTHING_LACKS._replace(**{kind: ("observations",)})


def test_kinds_are_told_in_the_order_of_the_keys() -> None:
    gaps = {"procedures": UNREAD, "observations": UNREAD, "observations2": UNREAD}
    assert by_label(KEYS, gaps).unavailable == ("observations", "procedures")


@pytest.mark.parametrize(
    ("gap", "code"),
    [
        (UNREAD, "unread:deadline"),
        (PART, "incomplete:deadline"),
        (not_fetched(answered(403), was_sent=False, is_partial=False), "unread:status-403"),
        (UNSENT, "not-sent:no-access"),
        (sent_in_part(NO_SERVER, is_partial=True), "incomplete:no-access"),
        (sent_in_part(NO_SERVER, is_partial=False), "unread:no-access"),
        (sent_as_outcome(is_partial=False), "unread:outcome"),
        (sent_as_outcome(is_partial=True), "incomplete:outcome"),
    ],
)
def test_its_code_is_of_a_closed_set(gap: Gap, code: str) -> None:
    assert gap.code == code


def test_its_words_say_why() -> None:
    assert UNREAD.text == ", was not sent, and could not be read from the FHIR server: it did not answer in time"
    assert UNSENT.text == ", was not sent, and no fhirServer was given"
