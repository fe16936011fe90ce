"""The costliest bodies within the limits: each is answered in time, and none makes another client's call wait.

Each kind is the worst of one limit: entries, JSON objects, drafts, words.
"""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event
from typing import Any

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
BUSY = 4  # calls of the worst kind at the same time
ORDINARY = 30  # calls of the other client
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
OTHER_ISSUER = "https://other.example/oauth2"
BODY_LIMIT = Settings.model_fields["body_limit"].default


def many_entries() -> Json:
    """Return as many problems as a call may have, each with words of its own."""
    names = ["hip pain", "groin pain", "numb leg", "back pain", "denies limp"]
    texts = (f"{names[number % len(names)]} {number}" for number in range(DEFAULT_ENTRY_LIMIT - 10))
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
    said = "right groin pain on flexion, SLR negative at {} degrees, no numbness below the knee, FADIR positive {}. "
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


class Client:
    """A client of the table that signs its calls."""

    def __init__(self, service: Attacked, **signing: Any) -> None:
        self._base = service.base
        self._ehr = SigningEhr(NOW, **signing)
        self._session = session()

    def send(self, service_id: str, body: bytes) -> tuple[int, float, int]:
        """Send a call, and return its status, the seconds until its answer and how many cards that has."""
        headers = {"Content-Type": "application/json", **self._ehr.bearer(f"/{service_id}")}
        began = time.monotonic()
        url = f"{self._base}/cds-services/{service_id}"
        answer = self._session.post(url, data=body, headers=headers, timeout=LIVENESS_S)
        took = time.monotonic() - began
        return answer.status_code, took, len(answer.json().get("cards", ()))


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


@pytest.mark.parametrize("kind", KINDS)
def test_the_worst_bodies_are_answered_in_time_and_no_other_client_waits(service: Attacked, kind: str) -> None:
    body = KINDS[kind]()
    path, data = (SIGN if body["hook"] == "order-sign" else VIEW), to_bytes(body)
    name, ordinary = CALLS["CaudaEquina"]
    usual = to_bytes(ordinary)
    other = Client(service, issuer=OTHER_ISSUER)
    other.send(name, usual)
    stop = Event()

    def attack(_: int) -> list[tuple[int, float, int]]:
        client, answers = Client(service), []
        while not stop.is_set():
            answers.append(client.send(path, data))
        return answers

    with ThreadPoolExecutor(BUSY) as attackers:
        running = [attackers.submit(attack, number) for number in range(BUSY)]
        time.sleep(0.3)
        waits = []
        for _ in range(ORDINARY):
            status, took, cards = other.send(name, usual)
            assert (status, cards) == (200, 1)
            waits.append(took)
        stop.set()
        answers = [answer for future in running for answer in future.result()]
    accepted = [took for status, took, _ in answers if status == 200]
    statuses = {status: sum(1 for given, *_ in answers if given == status) for status, *_ in answers}
    print(  # noqa: T201
        f"{kind}: {len(data) / 1e6:.1f} MB, {statuses}, slowest accepted {max(accepted):.2f} s; "
        f"another client's calls at most {max(waits):.2f} s"
    )
    assert set(statuses) <= {200, 429, 503}
    assert max(accepted) <= DEADLINE_S + GRACE_S
    assert max(waits) <= LONGEST_WAIT_S
