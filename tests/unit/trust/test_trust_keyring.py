"""When keys are fetched again: by age, by Cache-Control within bounds, and once per interval for unknown ids."""

import logging
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from signing import KID, key_set, public_jwk

from cds_service.trust.key_sources import FetchedKeySet, SourceUnavailable
from cds_service.trust.keyring import MAX_AGE, MIN_AGE, REFRESH_INTERVAL, STALE_LIMIT, KeyRing, KeysUnavailable

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Stub:
    """A source whose response a test changes. It counts its fetches."""

    def __init__(self, *keys: dict[str, Any], max_age: int | None = None) -> None:
        self.keys = keys or (public_jwk(),)
        self.max_age = max_age
        self.fails = False
        self.asked = 0
        self.gate: threading.Event | None = None

    def fetch(self) -> FetchedKeySet:
        self.asked += 1
        if self.gate:
            assert self.gate.wait(10)
        if self.fails:
            raise SourceUnavailable("ConnectTimeout")
        return FetchedKeySet(key_set(*self.keys), self.max_age)


def ring(source: Stub) -> KeyRing:
    return KeyRing("north", source, frozenset({"ES384"}))


def test_keys_are_read_once_while_they_are_fresh() -> None:
    source = Stub()
    keys = ring(source)
    for minutes in (0, 1, 30, 59):
        assert len(keys.find(KID, "ES384", NOW + timedelta(minutes=minutes))) == 1
    assert source.asked == 1
    keys.find(KID, "ES384", NOW + timedelta(minutes=60))
    assert source.asked == 2


@pytest.mark.parametrize(
    ("max_age", "holds"),
    [(0, MIN_AGE), (60, MIN_AGE), (1800, timedelta(minutes=30)), (10**9, MAX_AGE)],
)
def test_cache_control_counts_between_a_floor_and_a_ceiling(max_age: int, holds: timedelta) -> None:
    source = Stub(max_age=max_age)
    keys = ring(source)
    keys.find(KID, "ES384", NOW)
    keys.find(KID, "ES384", NOW + holds - SECOND)
    assert source.asked == 1
    keys.find(KID, "ES384", NOW + holds)
    assert source.asked == 2


def test_a_new_key_is_found_by_one_more_fetch() -> None:
    source = Stub()
    keys = ring(source)
    keys.find(KID, "ES384", NOW)
    source.keys = (public_jwk(), public_jwk(kid="new", number=2))
    later = NOW + REFRESH_INTERVAL
    assert len(keys.find("new", "ES384", later)) == 1
    assert source.asked == 2


def test_unknown_ids_cost_one_fetch_per_interval() -> None:
    source = Stub()
    keys = ring(source)
    keys.find(KID, "ES384", NOW)
    for second in range(120):
        assert keys.find(f"storm-{second}", "ES384", NOW + second * SECOND) == ()
    assert source.asked == 1 + 3  # at 30, 60 and 90 seconds


def test_an_unknown_id_of_a_moment_ago_is_not_asked_for_again() -> None:
    source = Stub()
    keys = ring(source)
    keys.find(KID, "ES384", NOW)
    assert keys.find("new", "ES384", NOW + REFRESH_INTERVAL - SECOND) == ()
    assert source.asked == 1


def test_a_revoked_key_is_no_longer_accepted() -> None:
    source = Stub()
    keys = ring(source)
    keys.find(KID, "ES384", NOW)
    source.keys = (public_jwk(kid="new", number=2),)
    assert keys.find(KID, "ES384", NOW + timedelta(hours=1)) == ()


def test_old_keys_stay_usable_while_the_source_fails_but_not_forever() -> None:
    source = Stub()
    keys = ring(source)
    keys.find(KID, "ES384", NOW)
    source.fails = True
    assert len(keys.find(KID, "ES384", NOW + timedelta(hours=2))) == 1
    assert len(keys.find(KID, "ES384", NOW + STALE_LIMIT - SECOND)) == 1
    with pytest.raises(KeysUnavailable):
        keys.find(KID, "ES384", NOW + STALE_LIMIT)
    source.fails = False
    assert len(keys.find(KID, "ES384", NOW + STALE_LIMIT + REFRESH_INTERVAL)) == 1


def test_an_unusable_key_set_is_a_failure_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    source = Stub()
    keys = ring(source)
    keys.find(KID, "ES384", NOW)
    source.keys = ({"kty": "oct", "k": "c2VjcmV0", "kid": KID},)
    with caplog.at_level(logging.WARNING):
        assert len(keys.find(KID, "ES384", NOW + timedelta(hours=1))) == 1
    assert "keys cannot be read" in caplog.text
    assert "c2VjcmV0" not in caplog.text


def test_without_any_keys_the_source_is_asked_once_per_interval() -> None:
    source = Stub()
    source.fails = True
    keys = ring(source)
    for second in range(31):
        with pytest.raises(KeysUnavailable):
            keys.find(KID, "ES384", NOW + second * SECOND)
    assert source.asked == 2


def test_a_clock_that_was_set_back_locks_nobody_out() -> None:
    source = Stub()
    source.fails = True
    keys = ring(source)
    with pytest.raises(KeysUnavailable):
        keys.find(KID, "ES384", NOW)
    source.fails = False
    assert len(keys.find(KID, "ES384", NOW - timedelta(hours=3))) == 1


def test_concurrent_threads_wait_for_one_fetch() -> None:
    source = Stub()
    source.gate = threading.Event()
    keys = ring(source)
    key_counts: list[int] = []
    threads = [threading.Thread(target=lambda: key_counts.append(len(keys.find(KID, "ES384", NOW)))) for _ in range(8)]
    for thread in threads:
        thread.start()
    source.gate.set()
    for thread in threads:
        thread.join(10)
    assert key_counts == [1] * 8
    assert source.asked == 1


def test_a_thread_with_usable_old_keys_does_not_wait_for_a_fetch() -> None:
    source = Stub()
    keys = ring(source)
    keys.find(KID, "ES384", NOW)
    source.gate = threading.Event()
    later = NOW + timedelta(hours=1)
    reader = threading.Thread(target=keys.find, args=(KID, "ES384", later))
    reader.start()
    while source.asked < 2:
        pass
    try:
        assert len(keys.find(KID, "ES384", later)) == 1  # would hang on the gate
    finally:
        source.gate.set()
        reader.join(10)
    assert source.asked == 2
