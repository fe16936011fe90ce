"""One worker with two clients, one of which sends the costliest calls it can while the other's are ordinary."""

import json
import math
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from threading import Event, Timer
from typing import Any, NamedTuple

from attacked import Attacked, attacked, session
from contract.speaking_calls import CALLS
from liveness import LIVENESS_S
from signing import PUBLIC, SigningEhr, client_table
from synthetic import SIGN, VIEW, Json

from benchmarks.dense_bodies import MARK
from cds_service.settings import Settings

DEADLINE_S = Settings.model_fields["call_deadline"].default
GRACE_S = 0.5  # for the judgement, which is never cut short
LONGEST_WAIT_S = 1.0  # of another client's ordinary call
BUSY = 8  # calls of the worst kind at the same time
ATTACK_S = 4.0
ORDINARY = 30  # calls of the other client
ATTEMPTS = 3  # a bound holds if it holds in one of them: meanwhile the machine may do something else for a while
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
OTHER_ISSUER = "https://other.example/oauth2"
BODY_LIMIT = Settings.model_fields["body_limit"].default


class Answer(NamedTuple):
    """What became of a call; `seconds` until its answer was here."""

    status: int
    seconds: float
    cards: int


class Client:
    """A client of the table that signs its calls."""

    def __init__(self, service: Attacked, **signing: Any) -> None:
        self._base = service.base
        self._ehr = SigningEhr(NOW, **signing)
        self._session = session()

    def send(self, service_id: str, body: bytes) -> Answer:
        """Send a call, and return its answer."""
        headers = {"Content-Type": "application/json", **self._ehr.bearer(f"/{service_id}")}
        began = time.monotonic()
        url = f"{self._base}/cds-services/{service_id}"
        answer = self._session.post(url, data=body, headers=headers, timeout=LIVENESS_S)
        took = time.monotonic() - began
        return Answer(answer.status_code, took, len(answer.json().get("cards", ())))


@contextmanager
def two_clients(folder: Path, **table: Any) -> Iterator[Attacked]:
    """Run one worker with two clients; `table` changes the entry of the first, which attacks."""
    path = client_table(folder, name="other", issuer=OTHER_ISSUER, fhir_servers=["https://other.example/fhir"])
    other = path.read_text()
    path = client_table(folder, **table)
    path.write_text(path.read_text() + other)
    with attacked(folder, clients=str(path), public_url=PUBLIC, hash_key="k" * 32, log_level="info") as running:
        yield running


def to_bytes(body: Json) -> bytes:
    data = json.dumps(body, separators=(",", ":")).encode()
    assert len(data) < BODY_LIMIT
    return data


def attack(service: Attacked, body: Json, at_once: int, stop: Event) -> Iterator[Answer]:
    """Send calls with this body until told to stop, so many at once, and yield their answers."""
    path, data = (SIGN if body["hook"] == "order-sign" else VIEW), to_bytes(body)
    numbers = count(1_000)

    def send_some(_: int) -> list[Answer]:
        client, answers = Client(service), []
        while not stop.is_set():
            answers.append(client.send(path, data.replace(MARK, str(next(numbers)).encode())))
        return answers

    with ThreadPoolExecutor(at_once) as senders:
        yield from chain.from_iterable(senders.map(send_some, range(at_once)))


def assert_all_are_answered_in_time(service: Attacked, kind: str, body: Json) -> None:
    """Send the body many times at once for a while; every answer that is not a refusal comes in time."""
    slowest = [_slowest_answer(service, kind, body)]
    while min(slowest) > DEADLINE_S + GRACE_S and len(slowest) < ATTEMPTS:
        slowest.append(_slowest_answer(service, kind, body))
    assert min(slowest) <= DEADLINE_S + GRACE_S, f"{kind}: slowest answers {slowest}"


def _slowest_answer(service: Attacked, kind: str, body: Json) -> float:
    stop = Event()
    timer = Timer(ATTACK_S, stop.set)
    timer.start()
    answers = list(attack(service, body, BUSY, stop))
    accepted = [answer.seconds for answer in answers if answer.status in {200, 412}]
    slowest = max(answer.seconds for answer in answers)
    print(f"{kind}: {BUSY} at once: {tally(answers)}, slowest {slowest:.2f} s")  # noqa: T201
    assert accepted, f"{kind}: {tally(answers)}"
    return slowest


def assert_no_other_waits(service: Attacked, kind: str, body: Json) -> None:
    """Send the body many times at once; meanwhile each ordinary call of the other client is answered at once."""
    longest = [_longest_wait(service, kind, body)]
    while min(longest) > LONGEST_WAIT_S and len(longest) < ATTEMPTS:
        longest.append(_longest_wait(service, kind, body))
    assert min(longest) <= LONGEST_WAIT_S, f"{kind}: longest waits {longest}; infinity: refused, see above"


def _longest_wait(service: Attacked, kind: str, body: Json) -> float:
    name, ordinary = CALLS["CaudaEquina"]
    usual, other, stop = to_bytes(ordinary), Client(service, issuer=OTHER_ISSUER), Event()
    other.send(name, usual)
    with ThreadPoolExecutor(1) as beside:
        attacking = beside.submit(lambda: list(attack(service, body, BUSY, stop)))
        time.sleep(0.5)
        usual_answers = [other.send(name, usual) for _ in range(ORDINARY)]
        stop.set()
        answers = attacking.result()
    longest = max(answer.seconds for answer in usual_answers)
    print(f"{kind}: {BUSY} at once: {tally(answers)}, another client waits {longest:.2f} s at most")  # noqa: T201
    answered = Counter((answer.status, answer.cards) for answer in usual_answers)
    if answered != {(200, 1): ORDINARY}:  # refused, such as for a token that could not be recorded within a second
        print(f"{kind}: the other client's calls were answered with {dict(answered)}")  # noqa: T201
        return math.inf
    return longest


def tally(answers: list[Answer]) -> dict[int, int]:
    """Return how many answers have each status; none may be another than these. 412: Conditions could not be read."""
    counts = Counter(answer.status for answer in answers)
    assert counts.keys() <= {200, 412, 429, 503}, dict(counts)
    return dict(counts)
