"""What is remembered about servers: a circuit breaker each, by origin and base path, for a limited number."""

from threading import Thread

import pytest

from cds_service.ehr.servers import CircuitBreaker, ServerRegistry, origin


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def broken(clock: Clock) -> CircuitBreaker:
    """Return a breaker that has just opened."""
    breaker = CircuitBreaker(clock)
    for _ in range(3):
        assert breaker.allows_call()
        breaker.record_failure()
    return breaker


def test_it_opens_after_three_consecutive_failures(broken: CircuitBreaker) -> None:
    assert not broken.allows_call()


def test_a_success_resets_the_count(clock: Clock) -> None:
    breaker = CircuitBreaker(clock)
    for _ in range(5):
        breaker.record_failure()
        breaker.record_failure()
        breaker.record_success()
    assert breaker.allows_call()


def test_after_the_open_period_a_single_call_probes(broken: CircuitBreaker, clock: Clock) -> None:
    clock.now += 9.9
    assert not broken.allows_call()
    clock.now += 0.1
    admitted: list[bool] = []
    threads = [Thread(target=lambda: admitted.append(broken.allows_call())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(admitted) == [False] * 7 + [True]


def test_it_closes_when_the_probe_succeeds(broken: CircuitBreaker, clock: Clock) -> None:
    clock.now += 10
    assert broken.allows_call()
    broken.record_success()
    assert broken.allows_call()
    assert broken.allows_call()


def test_it_stays_open_when_the_probe_fails(broken: CircuitBreaker, clock: Clock) -> None:
    clock.now += 10
    assert broken.allows_call()
    clock.now += 1.5
    broken.record_failure()
    clock.now += 9.9
    assert not broken.allows_call()
    clock.now += 0.1
    assert broken.allows_call()


def test_a_probe_without_a_result_blocks_the_others_for_one_period_only(broken: CircuitBreaker, clock: Clock) -> None:
    clock.now += 10
    assert broken.allows_call()
    clock.now += 10
    assert broken.allows_call()


@pytest.mark.parametrize(("retry_after", "open_s"), [(5.0, 5.0), (3600.0, 60.0)])
def test_a_server_that_asks_us_to_wait_is_not_called_for_at_most_a_minute(
    clock: Clock, retry_after: float, open_s: float
) -> None:
    breaker = CircuitBreaker(clock)
    breaker.record_failure(retry_after)
    clock.now += open_s - 0.1
    assert not breaker.allows_call()
    clock.now += 0.1
    assert breaker.allows_call()


@pytest.mark.parametrize(
    "same", ["https://EHR.example/fhir/", "https://ehr.example:443/fhir", "HTTPS://ehr.example/fhir"]
)
def test_a_server_is_known_by_origin_and_base_path(same: str) -> None:
    servers = ServerRegistry()
    assert servers.get("https://ehr.example/fhir") is servers.get(same)


@pytest.mark.parametrize(
    "other", ["http://ehr.example/fhir", "https://ehr.example:8443/fhir", "https://ehr.example/r4"]
)
def test_another_origin_or_path_is_another_server(other: str) -> None:
    servers = ServerRegistry()
    assert servers.get("https://ehr.example/fhir") is not servers.get(other)


def test_the_64_most_recently_used_servers_are_remembered() -> None:
    servers = ServerRegistry()
    first = servers.get("https://0.example")
    second = servers.get("https://1.example")
    for number in range(2, 64):
        servers.get(f"https://{number}.example")
    assert servers.get("https://0.example") is first
    servers.get("https://64.example")
    assert servers.get("https://0.example") is first
    assert servers.get("https://1.example") is not second


def test_an_origin_has_its_port() -> None:
    assert origin("https://EHR.example/x") == ("https", "ehr.example", 443)
    assert origin("http://ehr.example:8080") == ("http", "ehr.example", 8080)
