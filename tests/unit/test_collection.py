"""Pausing Python's garbage collector."""

import gc

import pytest

from cds_service.collection import paused_collection


def test_it_is_paused_inside_and_goes_on_behind() -> None:
    with paused_collection():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_behind_a_failure() -> None:
    with pytest.raises(ValueError, match="broken"), paused_collection():
        raise ValueError("broken")
    assert gc.isenabled()


def test_where_it_was_off_it_stays_off() -> None:
    gc.disable()
    try:
        with paused_collection():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
