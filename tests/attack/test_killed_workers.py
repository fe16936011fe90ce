"""Workers killed while 16 callers ask without a pause: the calls in their hands break off, and nothing else does.

A caller whose connection broke may connect again to the worker that is dying, and is broken off again: failures of
one caller with no answer between them count as one.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import requests
from attacked import Attacked, attacked, session
from contract.speaking_calls import CALLS
from liveness import LIVENESS_S

CALLERS, ROUNDS = 16, 2
APART = 6.5  # seconds; a worker that dies again within 5.5 s ends the service, by design
SERVICE, BODY = CALLS["CaudaEquina"]


def workers_of(service: Attacked) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{service.pid}/task/{service.pid}/children").read_text().split()]


def go_on(service: Attacked, stop: Event, count: Counter[str]) -> None:
    """Ask until stopped, on kept connections as an EHR does."""
    broken = False
    with session() as asking:
        while not stop.is_set():
            try:
                answer = asking.post(f"{service.base}/cds-services/{SERVICE}", json=BODY, timeout=LIVENESS_S)
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
                count["broken off"] += not broken
                broken = True
                continue
            broken = False
            right = answer.status_code == 200 and len(answer.json()["cards"]) == 1
            count["right" if right else f"{answer.status_code} {answer.text[:200]}"] += 1


def wait_for(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + LIVENESS_S
    while not holds():
        assert time.monotonic() < until, "it does not come about"
        time.sleep(0.05)


def test_killed_workers_cost_the_calls_in_their_hands_and_no_other(tmp_path: Path) -> None:
    counts = [Counter[str]() for _ in range(CALLERS)]
    stop = Event()
    with attacked(tmp_path, "--workers", "2", log_level="warning") as service:
        callers = [Thread(target=go_on, args=(service, stop, count)) for count in counts]
        for caller in callers:
            caller.start()
        for _ in range(ROUNDS):
            time.sleep(APART)
            killed = workers_of(service)[0]
            os.kill(killed, signal.SIGKILL)
        wait_for(lambda: len({*workers_of(service)} - {killed}) == 2)
        before = [count["right"] for count in counts]
        wait_for(lambda: all(count["right"] > earlier for count, earlier in zip(counts, before, strict=True)))
        stop.set()
        for caller in callers:
            caller.join(LIVENESS_S)
    total = sum(counts, Counter[str]())
    assert total.keys() <= {"right", "broken off"}, total
    assert total["broken off"] <= ROUNDS * CALLERS
    assert total["right"] > 100
