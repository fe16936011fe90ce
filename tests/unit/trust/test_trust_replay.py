"""A token is accepted once: in a process, across processes that share a store, and while that store is down."""

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from cds_service.errors import StoreUnavailable, StoreUnwritable, TokenNotRecorded
from cds_service.store import SeenTokens, connect, migrate
from cds_service.trust.machine_tokens import MachineTokens
from cds_service.trust.replay import LocalTokens, ReplayGuard

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
UNTIL = NOW.timestamp() + 360
ALONE = MachineTokens(None)


class Away:
    """A store that a test can switch off, as seen by one process."""

    def __init__(self, real: SeenTokens | None = None) -> None:
        self.real, self.is_away, self.asked = real, real is None, 0

    def add(self, issuer: str, token_id: str, keep_until: datetime, now: datetime) -> bool:
        self.asked += 1
        if self.is_away or self.real is None:
            raise StoreUnavailable("the store does not answer: OperationalError")
        return self.real.add(issuer, token_id, keep_until, now)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    migrate(url)
    engine = connect(url, is_low_latency=True)
    yield engine
    engine.dispose()


def first(replays: ReplayGuard, jti: str = "a", now: datetime = NOW, issuer: str = "i") -> bool:
    return replays.is_first_use(issuer, jti, UNTIL, now)


def test_two_processes_with_one_store_accept_a_token_once(engine: Engine) -> None:
    first_process, second_process = ReplayGuard(SeenTokens(engine), ALONE), ReplayGuard(SeenTokens(engine), ALONE)
    assert first(first_process)
    assert not first(second_process)
    assert not first(first_process)
    assert first(second_process, issuer="j")


def test_of_concurrent_threads_with_one_token_one_is_admitted(engine: Engine) -> None:
    processes = [ReplayGuard(SeenTokens(engine), ALONE) for _ in range(4)]
    start, let_in = threading.Barrier(16), []

    def bring(number: int) -> None:
        start.wait(10)
        let_in.append(first(processes[number % 4]))

    threads = [threading.Thread(target=bring, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(let_in) == [False] * 15 + [True]


def test_while_the_store_is_down_a_process_decides_alone_and_logs_it_once(caplog: pytest.LogCaptureFixture) -> None:
    away = Away()
    replays = ReplayGuard(away, ALONE)  # type: ignore[arg-type]  # stands in for the store
    with caplog.at_level(logging.WARNING):
        for number in range(20):
            assert first(replays, f"t-{number}")
            assert not first(replays, f"t-{number}")
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "t-1" not in caplog.text


def test_while_the_store_is_down_the_workers_of_a_machine_accept_a_token_once(tmp_path: Path) -> None:
    workers = [ReplayGuard(Away(), MachineTokens(tmp_path)) for _ in range(4)]  # type: ignore[arg-type]  # as above
    accepted = [[first(worker, f"t-{number}") for worker in workers] for number in range(20)]
    assert [sum(once) for once in accepted] == [1] * 20
    assert first(workers[0], "t-1", issuer="j")


def test_a_token_of_before_the_store_was_down_is_known_to_the_other_workers(engine: Engine, tmp_path: Path) -> None:
    before = ReplayGuard(SeenTokens(engine), MachineTokens(tmp_path))
    after = ReplayGuard(Away(), MachineTokens(tmp_path))  # type: ignore[arg-type]  # as above
    assert first(before)
    assert not first(after)


def test_a_machine_forgets_tokens_in_the_minute_after_they_expire(tmp_path: Path) -> None:
    tokens = MachineTokens(tmp_path)
    assert tokens.add("i", "a", UNTIL, NOW)
    assert not MachineTokens(tmp_path).add("i", "a", UNTIL, NOW + timedelta(seconds=360))
    assert tokens.add("i", "b", UNTIL + 3_600, NOW + timedelta(seconds=420))
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_folder_that_is_lost_leaves_the_decision_to_the_store(tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text("a file in the place of the folder")
    assert MachineTokens(tmp_path).add("i", "a", UNTIL, NOW)
    assert MachineTokens(None).add("i", "a", UNTIL, NOW)


def test_no_token_id_is_in_a_file_name(tmp_path: Path) -> None:
    MachineTokens(tmp_path).add("issuer", "CANARY", UNTIL, NOW)
    assert "CANARY" not in str(list(tmp_path.rglob("*")))


def test_a_store_that_is_down_is_tried_at_intervals_by_one_call() -> None:
    away = Away()
    replays = ReplayGuard(away, ALONE)  # type: ignore[arg-type]  # as above
    for second in range(25):
        first(replays, f"t-{second}", NOW + timedelta(seconds=second))
    assert away.asked == 3  # at 0, 10 and 20 seconds


def test_a_store_that_is_back_is_used_again_and_this_is_logged(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    shared = Away(SeenTokens(engine))
    shared.is_away = True
    replays = ReplayGuard(shared, ALONE)  # type: ignore[arg-type]  # as above
    assert first(replays, "before")
    shared.is_away = False
    later = NOW + timedelta(seconds=10)
    with caplog.at_level(logging.WARNING):
        assert first(replays, "after", later)
        assert not first(replays, "before", later)
    assert "used tokens shared again" in caplog.text
    assert not first(ReplayGuard(SeenTokens(engine), ALONE), "after", later)


def test_a_store_that_takes_no_write_refuses_the_token_in_every_process() -> None:
    """Each process alone would let it in once."""

    class Locked:
        def add(self, *_: object) -> bool:
            raise StoreUnwritable("the store is busy")

    for _ in range(2):
        replays = ReplayGuard(Locked(), ALONE)  # type: ignore[arg-type]  # as above
        with pytest.raises(TokenNotRecorded):
            first(replays)
        assert not first(replays)  # a retry needs a new token


def test_a_process_forgets_what_has_expired_and_no_more_than_it_must() -> None:
    memory = LocalTokens(limit=3)
    for number in range(3):
        assert memory.add(("i", str(number)), UNTIL + number, NOW)
    assert not memory.add(("i", "0"), UNTIL, NOW)
    assert memory.add(("i", "3"), UNTIL + 3, NOW)  # the first to expire gives way
    assert len(memory) == 3
    assert not memory.add(("i", "1"), UNTIL, NOW)
    assert memory.add(("i", "4"), UNTIL + 9, datetime.fromtimestamp(UNTIL + 4, UTC))
    assert len(memory) == 1
