"""The charts of one client are read in turn; short ones wait for no long one, and those of others for none."""

import time
from threading import Event, Thread

import pytest
from liveness import LIVENESS_S

from cds_service.errors import OutOfTime
from cds_service.service.reading_turns import _LONG, ReadingTurns


def soon() -> float:
    return time.monotonic() + LIVENESS_S


def test_a_client_waits_for_its_own_long_chart_until_its_deadline() -> None:
    turns = ReadingTurns()
    with turns.take("north", _LONG + 1, soon()):
        with pytest.raises(OutOfTime), turns.take("north", _LONG + 1, time.monotonic() + 0.05):
            pass
        with turns.take("north", _LONG, time.monotonic()), turns.take("south", _LONG + 1, soon()):
            pass


def test_many_short_charts_of_one_client_are_read_in_turn_too() -> None:
    turns = ReadingTurns()
    with turns.take("north", _LONG, soon()):
        with pytest.raises(OutOfTime), turns.take("north", 1_000, time.monotonic() + 0.05):
            pass
        with turns.take("south", 1_000, time.monotonic()):
            pass


def test_the_next_one_has_its_turn_also_after_a_fault() -> None:
    turns, begun, told = ReadingTurns(), Event(), []

    def read() -> None:
        begun.set()
        with turns.take("north", _LONG + 1, soon()):
            told.append("read")

    def fail() -> None:
        with turns.take("north", _LONG + 1, soon()):
            thread.start()
            assert begun.wait(LIVENESS_S)
            assert told == []
            raise LookupError

    thread = Thread(target=read)
    with pytest.raises(LookupError):
        fail()
    thread.join(LIVENESS_S)
    assert told == ["read"]
