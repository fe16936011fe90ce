"""The rate limit of each client: an even rate with a burst, the same over threads and processes, none by default."""

import os
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from unittest.mock import patch

import pytest
from error_shape import assert_error
from flask import Flask
from synthetic import VIEW, call

from cds_service.errors import TooManyCalls
from cds_service.web.rate_limiter import RateLimiter

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


class Clock:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def admitted(limiter: RateLimiter, calls: int, client: str = "north") -> int:
    passed = 0
    for _ in range(calls):
        try:
            limiter.admit(client)
        except TooManyCalls:
            continue
        passed += 1
    return passed


@pytest.fixture(params=["alone", "shared"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return tmp_path if request.param == "shared" else None


def test_ten_seconds_worth_may_come_at_once_and_then_the_even_rate(folder: Path | None) -> None:
    clock = Clock()
    limiter = RateLimiter(60, folder, clock)
    assert admitted(limiter, 30) == 10
    clock.now += 5
    assert admitted(limiter, 30) == 5
    clock.now += 3_600
    assert admitted(limiter, 30) == 10


@pytest.mark.parametrize("call", ["open", "posix_fallocate"])
def test_where_no_file_can_be_made_a_worker_counts_alone(tmp_path: Path, call: str) -> None:
    full = OSError(28, "No space left on device")
    with patch(f"cds_service.web.rate_limiter.os.{call}", side_effect=full):
        limiter = RateLimiter(60, tmp_path, Clock())
        assert admitted(limiter, 30) == 10


def test_over_a_minute_no_more_than_the_rate_and_the_burst_pass(folder: Path | None) -> None:
    clock = Clock()
    limiter = RateLimiter(120, folder, clock)
    passed = 0
    for _ in range(600):
        clock.now += 0.1
        passed += admitted(limiter, 2)
    assert 120 + 20 - 1 <= passed <= 120 + 20


def test_clients_do_not_take_each_others_share(folder: Path | None) -> None:
    limiter = RateLimiter(60, folder, Clock())
    assert [admitted(limiter, 30, client) for client in ("north", "south")] == [10, 10]


def test_a_rate_below_the_burst_still_lets_one_call_through(folder: Path | None) -> None:
    clock = Clock()
    limiter = RateLimiter(1, folder, clock)
    assert admitted(limiter, 3) == 1
    with pytest.raises(TooManyCalls) as refused:
        limiter.admit("north")
    assert refused.value.retry_after == 60
    clock.now += 60
    assert admitted(limiter, 3) == 1


def test_it_says_when_there_is_room_again(folder: Path | None) -> None:
    clock = Clock()
    limiter = RateLimiter(60, folder, clock)
    admitted(limiter, 10)
    with pytest.raises(TooManyCalls) as refused:
        limiter.admit("north")
    clock.now += refused.value.retry_after
    limiter.admit("north")


@pytest.mark.parametrize("clock_time", [1e12, -5.0])
def test_a_time_written_before_the_machine_restarted_does_not_count(tmp_path: Path, clock_time: float) -> None:
    clock = Clock()
    clock.now = clock_time
    admitted(RateLimiter(60, tmp_path, clock), 30)
    assert admitted(RateLimiter(60, tmp_path, Clock()), 30) == 10


def _admitted_by_four_threads(folder: Path) -> int:
    limiter, counts = RateLimiter(600, folder, Clock()), list[int]()
    threads = [Thread(target=lambda: counts.append(admitted(limiter, 50))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts)


def test_processes_and_threads_count_together(tmp_path: Path) -> None:
    """Four processes of four threads each, at a rate of 600: 100 pass at once, whoever is first."""
    reads, write = os.pipe()
    for _ in range(4):
        if os.fork() == 0:
            os.write(write, bytes([_admitted_by_four_threads(tmp_path)]))
            os._exit(0)
    for _ in range(4):
        os.wait()
    counted = os.read(reads, 4)
    os.close(reads)
    os.close(write)
    assert sum(counted) == 100


def test_a_call_too_many_is_429_and_says_when_to_come_again(build: Callable[..., Flask]) -> None:
    client = build(rate_limit=6).test_client()
    for path, body in ((f"/cds-services/{VIEW}", call()), (f"/cds-services/{VIEW}/feedback", {"feedback": []})):
        response = client.post(path, json=body)
        if response.status_code == 200:
            response = client.post(path, json=body)
        issue = assert_error(response, 429, says="more than 6 calls in a minute")
        assert issue["code"] == "throttled"
        assert 0 < int(response.headers["Retry-After"]) <= 60
    for free in ("/cds-services", "/healthz", "/readyz", "/version"):
        assert client.get(free).status_code == 200


def test_without_a_limit_nothing_is_counted(build: Callable[..., Flask]) -> None:
    client = build().test_client()
    assert {client.post(f"/cds-services/{VIEW}", json=call()).status_code for _ in range(50)} == {200}
