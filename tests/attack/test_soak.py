"""Everything at once: load on 16 and then 64 connections while workers are killed and PostgreSQL stops and hangs.

`SOAK_SECONDS=300` makes it five minutes. No card that was given is lost, and no feedback that was acknowledged.
"""

import os
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock
from uuid import uuid4

import pytest
import requests
from attacked import Attacked, attacked, session
from contract.speaking_calls import CALLS
from left_out import leave_out
from liveness import LIVENESS_S
from postgres import Postgres, is_here, postgres
from sqlalchemy import create_engine, text
from synthetic import VIEW, Json

SECONDS = float(os.environ.get("SOAK_SECONDS", "16"))
CONNECTIONS = (16, 64)
SERVICE, BODY = CALLS["CaudaEquina"]
FEEDBACK_SHARE = 5  # each so many cards are answered
AWAY_S = 3.0  # for which PostgreSQL is stopped, or hangs


@dataclass
class Tally:
    """What callers have seen. `issued`: ids of cards that were given; `told`: those with feedback that was stored."""

    counts: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    issued: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    untold: set[str] = field(default_factory=set)
    lock: Lock = field(default_factory=Lock)


@pytest.fixture
def server() -> Iterator[Postgres]:
    if not is_here():
        leave_out("PostgreSQL, for the soak")
    with tempfile.TemporaryDirectory() as place, postgres(Path(place)) as running:
        yield running


def call_of_another_user() -> Json:
    """Return the call as another user makes it, from whom no card is held back."""
    user = {"userId": f"Practitioner/{uuid4()}"}
    return BODY | {"hookInstance": str(uuid4()), "context": BODY["context"] | user}


def send_feedback(asking: requests.Session, service: Attacked, *cards: str) -> int:
    event = {"outcome": "overridden", "outcomeTimestamp": "2026-03-10T12:05:00Z"}
    url = f"{service.base}/cds-services/{VIEW}/feedback"
    return asking.post(url, json={"feedback": [{"card": card, **event} for card in cards]}, timeout=60).status_code


def go_on(service: Attacked, stop: Event, tally: Tally) -> None:
    """Call, and answer some cards, until told to stop."""
    with session() as asking:
        while not stop.is_set():
            began = time.monotonic()
            try:
                answer = asking.post(
                    f"{service.base}/cds-services/{SERVICE}", json=call_of_another_user(), timeout=LIVENESS_S
                )
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
                tally.counts["broken off"] += 1
                continue
            tally.seconds.append(time.monotonic() - began)
            tally.counts[str(answer.status_code)] += 1
            if answer.status_code != 200:
                continue
            [card] = answer.json()["cards"]
            with tally.lock:
                tally.issued.add(card["uuid"])
            if len(tally.seconds) % FEEDBACK_SHARE == 0:
                tell(asking, service, card["uuid"], tally)


def tell(asking: requests.Session, service: Attacked, card: str, tally: Tally) -> None:
    """Send feedback on a card, and note whether it was acknowledged."""
    status = 0
    with suppress(requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
        status = send_feedback(asking, service, card)
    with tally.lock:
        (tally.told if status == 200 else tally.untold).add(card)
    tally.counts[f"feedback {status or 'broken off'}"] += 1


def kill_a_worker(service: Attacked) -> None:
    with suppress(ProcessLookupError):
        os.kill(int(Path(f"/proc/{service.pid}/task/{service.pid}/children").read_text().split()[0]), signal.SIGKILL)


def let_faults_come(service: Attacked, server: Postgres, seconds: float) -> None:
    """Let each fault come in its turn within so many seconds: a kill, an outage, a kill, a server that hangs."""
    pause = max(1.0, (seconds - 2 * AWAY_S) / 5)
    for fault in ("kill", "stop", "kill", "hang"):
        time.sleep(pause)
        if fault == "kill":
            kill_a_worker(service)
        elif fault == "stop":
            server.stop()
            time.sleep(AWAY_S)
            server.start()
        else:
            server.hold(on=True)
            time.sleep(AWAY_S)
            server.hold(on=False)
    time.sleep(pause)


def wait_for(holds: Callable[[], bool], seconds: float = LIVENESS_S) -> bool:
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True


def in_calls(cards: set[str]) -> Iterator[list[str]]:
    """Yield the cards in as many parts as calls are needed: one may tell of 1,000."""
    every = sorted(cards)
    return (every[first : first + 1_000] for first in range(0, len(every), 1_000))


def stored(server: Postgres, statement: str) -> set[str]:
    engine = create_engine(server.url)
    with engine.connect() as connection:
        found = {name for (name,) in connection.execute(text(statement))}
    engine.dispose()
    return found


def test_nothing_that_was_acknowledged_is_lost_while_everything_fails_in_turn(server: Postgres, tmp_path: Path) -> None:
    tally = Tally()
    with attacked(
        tmp_path, "--workers", "2", database=server.url, hash_key="a key for tests alone", log_level="warning"
    ) as service:
        for connections in CONNECTIONS:
            load(service, server, connections, tally)
        with session() as asking:
            for some in in_calls(tally.untold):
                assert wait_for(lambda some=some: send_feedback(asking, service, *some) == 200)
        answered = tally.told | tally.untold
        issued = "select card_uuid from card_issued"
        wait_for(lambda: tally.issued <= stored(server, issued))
        lost = tally.issued - stored(server, issued)
        assert "internal error" not in service.log
    kept = stored(server, "select card from feedback_event where known_card")
    unknown = len(stored(server, "select id from feedback_event where not known_card"))
    print(f"{len(tally.issued)} cards given, {len(lost)} lost; {len(answered)} answered, {len(answered - kept)} lost")  # noqa: T201
    assert tally.counts.keys() <= {"200", "429", "broken off", "feedback 200", "feedback 503", "feedback broken off"}
    assert not lost
    assert not unknown
    assert answered <= kept


def load(service: Attacked, server: Postgres, connections: int, tally: Tally) -> None:
    """Load the service on so many connections for half of the time, and print how that was."""
    stop, calls = Event(), len(tally.seconds)
    with ThreadPoolExecutor(connections) as callers:
        running = [callers.submit(go_on, service, stop, tally) for _ in range(connections)]
        let_faults_come(service, server, SECONDS / len(CONNECTIONS))
        stop.set()
        for one in running:
            one.result()
    took = sorted(tally.seconds[calls:])
    p50, p95, p99 = (took[int(len(took) * share)] * 1000 for share in (0.5, 0.95, 0.99))
    each = f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms, slowest {took[-1]:.2f} s"
    print(f"{connections} connections: {len(took)} answers, {each}; so far {dict(tally.counts)}")  # noqa: T201
