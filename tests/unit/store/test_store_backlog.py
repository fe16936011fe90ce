"""The backlog between the threads that add items and the one that writes them."""

import pytest

from cds_service.store import backlog
from cds_service.store.backlog import Backlog


@pytest.fixture(autouse=True)
def no_linger(monkeypatch):
    monkeypatch.setattr(backlog, "_LINGER_S", 0)


def test_items_are_taken_oldest_first():
    queue = Backlog(10)
    queue.add("abc")
    assert queue.take_batch(2) == ["a", "b"]
    queue.finish_batch()
    assert queue.take_batch(2) == ["c"]


def test_items_not_done_come_again_in_their_order():
    queue = Backlog(10)
    queue.add("abc")
    queue.take_batch(2)
    queue.add("d")
    assert queue.take_batch(10) == ["a", "b", "c", "d"]


def test_the_oldest_give_way_and_what_is_being_written_does_not():
    queue = Backlog(2)
    queue.add("ab")
    queue.take_batch(1)
    queue.add("cd")
    assert queue.dropped == 1
    assert len(queue) == 3
    assert queue.take_batch(10) == ["a", "c", "d"]


def test_drain_counts_what_is_being_written():
    queue = Backlog(10)
    queue.add("a")
    queue.take_batch(1)
    assert not queue.drain(0)
    queue.finish_batch()
    assert queue.drain(0)


def test_a_closed_backlog_gives_and_takes_nothing():
    queue = Backlog(10)
    queue.add("ab")
    queue.take_batch(1)
    queue.close()
    assert queue.dropped == 1
    assert queue.take_batch(1) == []
    assert queue.dropped == 2
    assert not queue.add("c")
    assert queue.dropped == 3
    queue.wait_to_retry(60)
