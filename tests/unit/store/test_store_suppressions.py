"""What users have answered, in the store: one row for a card, found by patient and user, until its window ends."""

import time
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from cds_service.errors import StoreUnavailable
from cds_service.store import (
    FeedbackLog,
    ForeignIds,
    Pseudonymizer,
    SuppressionRegister,
    Suppressions,
    note_answer,
)
from cds_service.store import suppressions as module

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)

DAY = timedelta(days=1)
NAMES = ForeignIds(Pseudonymizer(b"k" * 32))


@pytest.fixture
def found(reading):
    suppressions = Suppressions(reading)
    return lambda patient="p" * 64, user="u" * 64: suppressions.find(patient, user)


@pytest.fixture
def issue(issued, card):
    def put(*names, **fields):
        made = {"basis_hash": "b" * 64, "offer_ids": ("add", "refer"), **fields}
        issued.put([card(name, **made) for name in names])
        assert issued.flush()

    return put


@pytest.fixture
def answer(engine):
    log = FeedbackLog(engine, NAMES)

    def send(*events, window=90 * DAY):
        asked = []

        def window_of(*what):
            asked.append(what)
            return window

        log.record(events, partial(note_answer, window_of=window_of))
        return asked

    return send


def overridden(event, card="card-1", **fields):
    return event(card, **{"outcome": "overridden", "accepted_suggestions": (), **fields})


def test_an_answer_is_found_by_patient_and_user(issue, answer, event, found):
    issue("card-1")
    assert answer(overridden(event)) == [("hip-first", "warning", "overridden", False)]
    [one] = found()
    assert (one.card_uuid, one.basis_hash, one.topic, one.ends_at) == ("card-1", "b" * 64, "imaging", NOW + 90 * DAY)
    assert found(user="x" * 64) == found(patient="x" * 64) == ()


@pytest.mark.parametrize(
    "fields", [{"basis_hash": None}, {"silent": True}, {"tenant": "south"}], ids=["no user", "silent", "other tenant"]
)
def test_cards_that_are_never_held_back(issue, answer, event, found, fields):
    issue("card-1", **fields)
    answer(overridden(event))
    assert found() == ()


def test_an_unknown_card_notes_nothing(answer, event, found):
    answer(overridden(event, "never-issued"))
    assert found() == ()


@pytest.mark.parametrize(("reason", "comment"), [("disagree", False), (None, True)])
def test_a_code_or_a_comment_is_a_reason(issue, answer, event, found, reason, comment):
    issue("card-1")
    [asked] = answer(overridden(event, reason_code=reason, has_comment=comment))
    assert asked[3] is found()[0].has_reason is True


def test_accepted_suggestions_are_kept_as_offers(issue, answer, event, found):
    issue("card-1", "card-2")
    answer(event("card-1", accepted_suggestions=("s-2",)), event("card-2", accepted_suggestions=("s-2", "forged")))
    assert {one.card_uuid: one.offer_ids for one in found()} == {"card-1": ("refer",), "card-2": ()}


def test_the_window_begins_with_the_answer_but_never_later_than_it_arrived(issue, answer, event, found):
    issue("a", "b", "c")
    answer(
        overridden(event, "a", outcome_timestamp=NOW - DAY),
        overridden(event, "b", outcome_timestamp=NOW + 400 * DAY),
        overridden(event, "c", outcome_timestamp=NOW - 90 * DAY),
    )
    assert {one.card_uuid: one.began_at for one in found()} == {"a": NOW - DAY, "b": NOW}


def test_a_later_answer_takes_the_place_of_an_earlier_one_whatever_comes_first(issue, answer, event, found):
    issue("card-1")
    answer(overridden(event, outcome_timestamp=NOW - DAY), overridden(event, outcome_timestamp=NOW - 2 * DAY))
    assert [one.began_at for one in found()] == [NOW - DAY]
    answer(overridden(event, outcome_timestamp=NOW, has_comment=True))
    assert [(one.began_at, one.has_reason) for one in found()] == [(NOW, True)]


def test_a_later_answer_that_holds_nothing_back_ends_the_earlier_one(issue, answer, event, found):
    issue("card-1")
    answer(overridden(event, outcome_timestamp=NOW - DAY))
    answer(overridden(event), window=None)
    assert found() == ()


def test_answers_are_deleted_once_their_window_has_ended(issue, answer, event, query):
    issue("card-1", "card-2")
    answer(overridden(event))
    later = NOW + 91 * DAY
    answer(overridden(event, "card-2", outcome_timestamp=later, received_at=later))
    assert query("select card_uuid from suppression") == [("card-2",)]


def test_list_and_lift(engine, issue, answer, event, found):
    issue("a", "b")
    issue("c", rule_id="other", patient_hash="q" * 64)
    answer(*(overridden(event, name) for name in "abc"))
    register = SuppressionRegister(engine)
    assert [one.card_uuid for one in register.list_running(NOW)] == ["c", "b", "a"]
    assert [one.card_uuid for one in register.list_running(NOW, rule_id="other")] == ["c"]
    assert [one.card_uuid for one in register.list_running(NOW, patient_hash="p" * 64)] == ["b", "a"]
    assert register.list_running(NOW, tenant="south") == register.list_running(NOW + 90 * DAY) == ()
    assert register.lift([one.id for one in found()] + [99]) == 2
    assert found() == ()
    answer(overridden(event, "a"))  # the same event again
    assert found() == ()
    answer(overridden(event, "a", outcome_timestamp=NOW + timedelta(seconds=1)))
    assert [one.card_uuid for one in found()] == ["a"]


def test_the_look_up_uses_its_index(reading):
    with reading.connect() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT * FROM suppression WHERE patient_hash = 'p' AND user_hash = 'u'"
        ).all()
    assert "USING INDEX ix_suppression_patient_user (patient_hash=? AND user_hash=?)" in str(plan)


def test_a_reader_waits_for_no_writer_and_cannot_write(engine, reading, found, issue, answer, event):
    issue("card-1")
    answer(overridden(event))
    with engine.begin():  # holds the file's write lock
        assert len(found()) == 1
    with pytest.raises(StoreUnavailable):
        SuppressionRegister(reading).lift([1])


def test_after_a_failure_the_store_is_left_alone_for_a_while(found, path, monkeypatch):
    assert found() == ()
    moved = path.rename(path.with_suffix(".moved"))
    with pytest.raises(StoreUnavailable):
        found()
    moved.rename(path)
    with pytest.raises(StoreUnavailable, match="a moment ago"):
        found()
    later = time.monotonic() + 6
    monkeypatch.setattr(module.time, "monotonic", lambda: later)
    assert found() == ()


def test_has_cards(reading, issue):
    suppressions = Suppressions(reading)
    assert not suppressions.has_cards({"card-1"})
    issue("card-1")
    assert suppressions.has_cards({"card-1"})
    assert not suppressions.has_cards({"card-1", "card-2"})
