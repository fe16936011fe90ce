"""The line of items between the threads that put and the one that writes."""

import pytest

from cds_service.store import backlog
from cds_service.store.backlog import Backlog


@pytest.fixture(autouse=True)
def no_linger(monkeypatch):
    monkeypatch.setattr(backlog, "_LINGER_S", 0)


def test_items_are_taken_oldest_first():
    line = Backlog(10)
    line.add("abc")
    assert line.take_batch(2) == ["a", "b"]
    line.finish_batch()
    assert line.take_batch(2) == ["c"]


def test_items_not_done_come_again_in_their_order():
    line = Backlog(10)
    line.add("abc")
    line.take_batch(2)
    line.add("d")
    assert line.take_batch(10) == ["a", "b", "c", "d"]


def test_the_oldest_give_way_and_what_is_being_written_does_not():
    line = Backlog(2)
    line.add("ab")
    line.take_batch(1)
    line.add("cd")
    assert line.dropped == 1
    assert len(line) == 3
    assert line.take_batch(10) == ["a", "c", "d"]


def test_drain_counts_what_is_being_written():
    line = Backlog(10)
    line.add("a")
    line.take_batch(1)
    assert not line.drain(0)
    line.finish_batch()
    assert line.drain(0)


def test_a_closed_line_gives_and_takes_nothing():
    line = Backlog(10)
    line.add("ab")
    line.take_batch(1)
    line.close()
    assert line.dropped == 1
    assert line.take_batch(1) == []
    assert line.dropped == 2
    assert not line.add("c")
    assert line.dropped == 3
    line.wait_to_retry(60)
