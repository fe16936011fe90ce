"""The costliest bodies within the limits: each is answered in time, and none makes another client's call wait.

Each kind is the worst of one limit: entries, JSON objects, drafts, words.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import chain, count
from threading import Event, Timer
from typing import Any, NamedTuple

import pytest
from attacked import Attacked, attacked, session
from contract.speaking_calls import CALLS
from liveness import LIVENESS_S
from signing import PUBLIC, SigningEhr, client_table
from synthetic import SIGN, VIEW, Json, bundle, call, condition, observation, order, prefetch

from cds_service.ehr.entry_limit import DEFAULT_ENTRY_LIMIT, DEFAULT_OBJECT_LIMIT, DRAFT_LIMIT
from cds_service.settings import Settings

DEADLINE_S = Settings.model_fields["call_deadline"].default
GRACE_S = 0.5  # for the judgement, which is never cut short
LONGEST_WAIT_S = 1.0  # of another client's ordinary call
BUSY = 8  # calls of the worst kind at the same time
ATTACK_S = 4.0
MARK = b"@@@@"  # another number in each call, so that no text is known from the call before
ORDINARY = 30  # calls of the other client
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
OTHER_ISSUER = "https://other.example/oauth2"
BODY_LIMIT = Settings.model_fields["body_limit"].default


def many_entries() -> Json:
    """Return as many problems as a call may have, each with words of its own."""
    names = ["hip pain", "groin pain", "numb leg", "back pain", "denies limp"]
    texts = (f"{names[number % len(names)]} @@@@ {number}" for number in range(DEFAULT_ENTRY_LIMIT - 10))
    records = [condition("57676002", number=number, code={"text": text}) for number, text in enumerate(texts)]
    return call(prefetch=prefetch(*records))


def many_codings() -> Json:
    """Return observations with as many codings as a call may have objects."""
    records = [observation("x", number=number) for number in range(100)]
    each = (DEFAULT_OBJECT_LIMIT - 2_000) // len(records)
    for number, record in enumerate(records):
        record["code"]["coding"] = [{"code": f"{number}{place}"} for place in range(each)]
    return call(prefetch=prefetch(observations=bundle(*records)))


def many_drafts() -> Json:
    """Return as many drafts as a call may have, beside as many orders as one chart can hold."""
    drafts = [order("73721", number=number) for number in range(DRAFT_LIMIT)]
    placed = [order("72148", number=1_000 + number, status="active") for number in range(DEFAULT_ENTRY_LIMIT - 300)]
    return call(SIGN, *drafts, prefetch=prefetch(serviceRequests=bundle(*placed)))


def many_words() -> Json:
    """Return more words than are read of one call, and none twice in the same way."""
    said = (
        "right groin pain on flexion, SLR negative at {} degrees, no numbness below the knee @@@@, FADIR positive {}. "
    )
    records = []
    for number in range(220):
        text = "".join(said.format(number + place, place) for place in range(150))
        records.append(condition("57676002", number=number, note=[{"text": text[:19_000]}]))
    return call(prefetch=prefetch(*records))


KINDS: dict[str, Callable[[], Json]] = {
    "entries": many_entries,
    "objects": many_codings,
    "drafts": many_drafts,
    "words": many_words,
}


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


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """One worker with two clients."""
    folder = tmp_path_factory.mktemp("worst")
    table = client_table(folder)
    other = table.read_text().replace('"north"', '"other"').replace("https://ehr.example/oauth2", OTHER_ISSUER)
    table.write_text(table.read_text() + other.replace("https://ehr.example/fhir", "https://other.example/fhir"))
    with attacked(folder, clients=str(table), public_url=PUBLIC, hash_key="k" * 32, log_level="info") as running:
        yield running


def to_bytes(body: Json) -> bytes:
    data = json.dumps(body, separators=(",", ":")).encode()
    assert len(data) < BODY_LIMIT
    return data


def attack(service: Attacked, kind: str, at_once: int, stop: Event) -> Iterator[Answer]:
    """Send calls of the kind until told to stop, so many at once, and yield their answers."""
    body = KINDS[kind]()
    path, data = (SIGN if body["hook"] == "order-sign" else VIEW), to_bytes(body)
    numbers = count(1_000)

    def send_some(_: int) -> list[Answer]:
        client, answers = Client(service), []
        while not stop.is_set():
            answers.append(client.send(path, data.replace(MARK, str(next(numbers)).encode())))
        return answers

    with ThreadPoolExecutor(at_once) as senders:
        yield from chain.from_iterable(senders.map(send_some, range(at_once)))


@pytest.mark.parametrize("kind", KINDS)
def test_the_worst_bodies_are_answered_in_time_beside_others_of_their_kind(service: Attacked, kind: str) -> None:
    stop = Event()
    timer = Timer(ATTACK_S, stop.set)
    timer.start()
    answers = list(attack(service, kind, BUSY, stop))
    accepted = [answer.seconds for answer in answers if answer.status == 200]
    print(f"{kind}: {BUSY} at once: {tally(answers)}, slowest accepted {max(accepted):.2f} s")  # noqa: T201
    assert max(accepted) <= DEADLINE_S + GRACE_S


@pytest.mark.parametrize("kind", KINDS)
def test_beside_the_worst_bodies_of_one_client_no_other_waits(service: Attacked, kind: str) -> None:
    name, ordinary = CALLS["CaudaEquina"]
    usual, other, stop = to_bytes(ordinary), Client(service, issuer=OTHER_ISSUER), Event()
    other.send(name, usual)
    with ThreadPoolExecutor(1) as beside:
        attacking = beside.submit(lambda: list(attack(service, kind, BUSY, stop)))
        time.sleep(0.5)
        usual_answers = [other.send(name, usual) for _ in range(ORDINARY)]
        stop.set()
        answers = attacking.result()
    longest = max(answer.seconds for answer in usual_answers)
    print(f"{kind}: {BUSY} at once: {tally(answers)}, another client waits {longest:.2f} s at most")  # noqa: T201
    assert {(answer.status, answer.cards) for answer in usual_answers} == {(200, 1)}
    assert longest <= LONGEST_WAIT_S


def tally(answers: list[Answer]) -> dict[int, int]:
    """Return how many answers have each status; none may be another than these."""
    counts = Counter(answer.status for answer in answers)
    assert counts.keys() <= {200, 429, 503}
    return dict(counts)
