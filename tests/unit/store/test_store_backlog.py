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
    assert line.take(2) == ["a", "b"]
    line.done()
    assert line.take(2) == ["c"]


def test_items_not_done_come_again_in_their_order():
    line = Backlog(10)
    line.add("abc")
    line.take(2)
    line.add("d")
    assert line.take(10) == ["a", "b", "c", "d"]


def test_the_oldest_give_way_and_what_is_being_written_does_not():
    line = Backlog(2)
    line.add("ab")
    line.take(1)
    line.add("cd")
    assert line.dropped == 1
    assert len(line) == 3
    assert line.take(10) == ["a", "c", "d"]


def test_drain_counts_what_is_being_written():
    line = Backlog(10)
    line.add("a")
    line.take(1)
    assert not line.drain(0)
    line.done()
    assert line.drain(0)


def test_a_closed_line_gives_and_takes_nothing():
    line = Backlog(10)
    line.add("ab")
    line.take(1)
    line.close()
    assert line.dropped == 1
    assert line.take(1) == []
    assert line.dropped == 2
    assert not line.add("c")
    assert line.dropped == 3
    line.rest(60)
