"""Nothing of a patient leaves a call but by the protocol: not by log, metrics, errors, answers, store or traceback.

The service runs as in production, in its own process, and logs all it can. What is sent holds canaries everywhere.
"""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import canaries
import pytest
import requests
from attacked import DATABASE, Attacked, attacked, session
from canaries import BORN_OF_FAULT, TEXT, TOKEN, WORD, filled, seen
from contract.speaking_calls import CALLS
from faults.stub_fhir import Stub, stub_fhir
from signing import PUBLIC, SigningEhr, client_table
from synthetic import SIGN, VIEW, Json, bundle, call, outcome, patient

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)  # as `attacked` sets the service's clock
HEADERS = {
    "User-Agent": f"{WORD}/1.0",
    "Referer": f"https://ehr.example/chart/{WORD}",
    "Origin": f"https://{WORD}.example",
    "X-Request-ID": f"{WORD} of 1957",  # a sound one is told, by design; this is none
    "X-Forwarded-For": WORD,
    "Connection": "close",
    "Cookie": f"session={WORD}",
    "traceparent": f"00-{WORD}",
    "tracestate": f"ehr={WORD}",
}


@dataclass
class Attack:
    """One service, what was sent to it, and what came back."""

    service: Attacked
    stub: Stub
    asking: requests.Session
    ehr: SigningEhr = field(default_factory=lambda: SigningEhr(NOW))
    tokens: list[str] = field(default_factory=list)
    answers: list[tuple[str, requests.Response]] = field(default_factory=list)

    def send(self, what: str, path: str, body: Any = None, method: str = "POST", **changed: Any) -> requests.Response:
        """Send a body, bytes as they are, with a token of its own."""
        claims = {"sub": TEXT, "user": WORD, **changed.pop("claims", {})}
        token = changed.pop("token", None) or self.ehr.token(path.partition("?")[0], **claims)
        self.tokens.append(token)
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {**HEADERS, "Content-Type": "application/json", "Authorization": f"Bearer {token}", **changed}
        url = f"{self.service.base}/cds-services{path}"
        answer = self.asking.request(method, url, data=data, headers=headers, timeout=20)
        self.answers.append((what, answer))
        return answer


@pytest.fixture(scope="module")
def attack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attack]:
    """A service that has been through everything below, still running."""
    folder = tmp_path_factory.mktemp("canaries")
    with stub_fhir([]) as stub:
        table = client_table(folder, fhir_servers=[stub.base], allow_insecure_fhir=True)
        settings = {
            "clients": str(table),
            "public_url": PUBLIC,
            "hash_key": "k" * 32,
            "body_limit": "200000",
            "entry_limit": "300",
        }
        with attacked(folder, says=TEXT.replace('"', ""), **settings) as service, session() as asking:
            running_attack = Attack(service, stub, asking)
            for step in (_discovery, _hooks, _refusals, _by_fhir, _faults_of_ours, _strangers, _feedback):
                step(running_attack)
            yield running_attack


def _discovery(attack: Attack) -> None:
    for path in ("", f"?patient={WORD}", f"/{WORD}", f"/{WORD}/feedback"):
        attack.send("discovery", path, method="GET")
    answer = attack.asking.get(f"{attack.service.base}/{WORD}?patient={WORD}", headers=HEADERS, timeout=20)
    attack.answers.append(("elsewhere", answer))


def _hooks(attack: Attack) -> None:
    for topic, (service, body) in CALLS.items():
        # Some of the notes cannot be read, so no advice to wait rests on the others.
        has_notes = topic not in {"ConservativeCareFirst", "ImagingAlreadyDone"}
        attack.send(f"card {topic}", f"/{service}?name={WORD}", filled(body, has_notes=has_notes))
    quiet = call(VIEW, prefetch={"patient": patient(), "conditions": bundle()})
    attack.send("no card", f"/{VIEW}", filled(quiet))
    odd = filled(quiet)
    odd["prefetch"] |= {"observations": canaries.broken_bundle(), WORD: patient(), "procedures": outcome()}
    odd["prefetch"]["procedures"]["issue"][0]["diagnostics"] = TEXT
    attack.send("unreadable records", f"/{VIEW}", odd)
    by_patient = filled(call(VIEW))
    by_patient["context"]["userId"] = f"Patient/{canaries.PATIENT_ID}"
    attack.send("by the patient", f"/{VIEW}", by_patient)


def _refusals(attack: Attack) -> None:
    sound = filled(CALLS["SpinePatternHipImaging"][1])
    wrong: list[Json] = [
        {"hook": WORD},
        {"hookInstance": TEXT},
        {"context": {"userId": TEXT, "patientId": WORD}},
        {"context": {"userId": canaries.USER_ID, "patientId": TEXT}},
        {"context": TEXT},
        {"fhirServer": None, "fhirAuthorization": {"access_token": TOKEN}},
        {"fhirServer": [TEXT]},
        {"prefetch": {WORD: TEXT}},
        {"prefetch": {"patient": TEXT}},
        {"prefetch": {"patient": {WORD: TEXT}}},
        {"prefetch": {"patient": outcome()}},
        {"prefetch": {"patient": patient(canaries.BORN), "conditions": outcome()}},
    ]
    for number, changed in enumerate(wrong):
        body = {**sound, "hook": "patient-view", **changed}
        attack.send(f"wrong field {number}", f"/{VIEW}", body)
    encoded_call = json.dumps(sound).encode()
    for what, body in {
        "cut": encoded_call[:-9],
        "not json": TEXT.encode(),
        "not utf-8": TEXT.encode("latin-1"),
    }.items():
        attack.send(what, f"/{SIGN}", body)
    attack.send("deep", f"/{VIEW}", b'{"' + WORD.encode() + b'":' + b"[" * 100_000)
    attack.send("large", f"/{VIEW}", json.dumps({**sound, "more": TEXT * 2_000}).encode())
    attack.send("type", f"/{VIEW}", sound, **{"Content-Type": f"text/{WORD}"})
    attack.send("encoding", f"/{VIEW}", sound, **{"Content-Encoding": WORD})
    attack.send("gzip", f"/{VIEW}", TEXT.encode(), **{"Content-Encoding": "gzip"})
    attack.send("method", f"/{VIEW}", method="GET")
    attack.send("method", f"/{VIEW}?{WORD}", sound, method="DELETE")
    many = bundle(*[canaries.unknown("Encounter")] * 40, *[{"id": WORD}] * 261)
    attack.send("entries", f"/{VIEW}", call(VIEW, prefetch={"patient": patient(), "conditions": many}))


def _by_fhir(attack: Attack) -> None:
    """What is not sent is read from a FHIR server, which is well, then fails in every way that logs something."""
    service, body = CALLS["SpinePatternHipImaging"]
    complete_call = filled(body)
    attack.stub.resources = [
        *canaries.fhir_resources(complete_call),
        *(canaries.unknown(kind, 90) for kind in canaries.KINDS),
        canaries.binary(),
    ]
    asked = canaries.moved(complete_call, attack.stub.base)
    for fault in (None, "bad-head", "outcome", "next-elsewhere", "redirect-inside", "truncated", "html", "403"):
        attack.stub.faults = {"Procedure": fault, "Observation": fault} if fault else {}
        attack.send(f"FHIR {fault or 'well'}", f"/{service}", asked)
    for fault in ("bad-head", "outcome", "truncated", "html", "403", "redirect-inside", "reset"):
        for kind in ("Binary", "DocumentReference", "QuestionnaireResponse", "Encounter"):
            attack.stub.faults = {kind: fault}
            attack.send(f"FHIR {kind} {fault}", f"/{service}", asked)
    attack.stub.faults = {"Condition": "reset"}
    attack.send("FHIR reset", f"/{service}", asked)
    for other in (f"https://{WORD}.example/{WORD}", f"http://{WORD}:{TOKEN}@127.0.0.1/", TEXT):
        attack.send("FHIR not allowed", f"/{service}", {**asked, "fhirServer": other})
    stranger = {**asked["fhirAuthorization"], "patient": f"{WORD}-other"}
    attack.send("FHIR of another", f"/{service}", {**asked, "fhirAuthorization": stranger})


def _faults_of_ours(attack: Attack) -> None:
    for service, body in CALLS.values():
        attack.send("fault of ours", f"/{service}", filled(body, BORN_OF_FAULT))


def _strangers(attack: Attack) -> None:
    sound = filled(call(VIEW))
    for name, claims in {
        "aud": {"aud": f"https://{WORD}.example"},
        "iss": {"iss": f"{WORD} of https://ehr.example"},
        "exp": {"exp": 1, "iat": 1},
        "jti": {"jti": TEXT},
        "tenant": {"tenant": TEXT},
        "jku": {"header": {"jku": f"https://{WORD}.example/keys"}},
        "kid": {"header": {"kid": TEXT}},
    }.items():
        attack.send(f"token {name}", f"/{VIEW}", sound, claims=claims)
    for token in (WORD, f"{WORD}.{WORD}.{WORD}", "x" * 5_000 + WORD):
        attack.send("token junk", f"/{VIEW}", sound, token=token)
    attack.send("token again", f"/{VIEW}", sound, token=attack.tokens[5])


def _feedback(attack: Attack) -> None:
    cards = [card for _, answer in attack.answers if answer.ok for card in answer.json().get("cards", ())]
    reason = {"reason": {"code": TEXT, "system": f"https://ehr.example/{TEXT}", "display": TEXT}, "userComment": TEXT}
    at = {"outcomeTimestamp": "2026-03-10T12:05:00Z", "outcome": "overridden"}
    feedback = [{"card": card["uuid"], **at, "overrideReason": reason, WORD: TEXT} for card in cards]
    path = f"/{VIEW}/feedback"
    assert attack.send("feedback", path, {"feedback": feedback}).json() == {"stored": len(feedback)}
    accepted = {**at, "outcome": "accepted", "acceptedSuggestions": [{"id": str(uuid4()), WORD: TEXT}]}
    attack.send("feedback", path, {"feedback": [{"card": cards[0]["uuid"], **accepted}]})
    for wrong in ({"outcome": TEXT}, {"outcomeTimestamp": TEXT}, {"card": ["x", TEXT]}, {"overrideReason": TEXT}):
        attack.send("feedback wrong", path, {"feedback": [{"card": "c", **at, **wrong}]})
    attack.send("feedback cut", path, json.dumps({"feedback": feedback}).encode()[:-5])
    with closing(sqlite3.connect(attack.service.folder / DATABASE, isolation_level=None)) as other:
        other.execute("begin immediate")
        attack.send("feedback unkept", path, {"feedback": feedback})
        other.execute("rollback")


def leaks(text: str, attack: Attack) -> list[str]:
    """Canaries, and parts of tokens long enough to be nothing else."""
    parts = {part for token in attack.tokens for part in token.split(".") if len(part) > 30}
    return [*seen(text), *(part[:12] for part in parts if part in text)]


def test_the_attack_was_one(attack: Attack) -> None:
    """Every kind of answer came, and canaries went where they are wanted: to the FHIR server, and back in an order."""
    statuses = Counter(answer.status_code for _, answer in attack.answers)
    assert {200, 400, 401, 404, 405, 412, 413, 415, 422, 500, 503} <= set(statuses), statuses
    spoke = {what for what, answer in attack.answers if answer.ok and answer.json().get("cards")}
    assert {f"card {topic}" for topic in CALLS} | {"FHIR well"} <= spoke
    assert statuses[500] == len(CALLS)
    assert attack.service.log.count("internal error") == len(CALLS)
    assert {asked.headers["Authorization"] for asked in attack.stub.seen} == {f"Bearer {TOKEN}"}
    assert any(seen(answer.text) for what, answer in attack.answers if what == "card WrongSideOrder")


def test_the_log_tells_none(attack: Attack) -> None:
    lines = attack.service.log.splitlines()
    assert len(lines) > len(attack.answers) - 10
    assert [line for line in lines if leaks(line, attack)] == []


def test_no_traceback_is_written_but_its_places(attack: Attack) -> None:
    assert "Traceback" not in attack.service.log
    assert "LookupError" in attack.service.log


def test_the_metrics_tell_none(attack: Attack) -> None:
    text = attack.asking.get(f"{attack.service.base}/metrics", timeout=10).text
    assert "hip_spine_cds_calls_total" in text
    assert [line for line in text.splitlines() if leaks(line, attack)] == []


def test_no_error_and_no_header_repeats_one(attack: Attack) -> None:
    responses = [(what, answer.text, str(answer.headers)) for what, answer in attack.answers]
    assert [what for what, _, headers in responses if leaks(headers, attack)] == []
    failed = [(what, answer.text) for what, answer in attack.answers if not answer.ok]
    assert len(failed) > 40
    assert [(what, text) for what, text in failed if leaks(text, attack)] == []


def test_cards_repeat_none_but_in_what_they_offer_to_change(attack: Attack) -> None:
    """An update gives the caller's whole order back; other actions name patient, order and reasons by reference."""
    answers = [(what, answer.json()) for what, answer in attack.answers if answer.ok]
    assert len(answers) > 15
    for what, answer in answers:
        for card in answer.get("cards", ()):
            for suggestion in card.get("suggestions", ()):
                for action in suggestion.get("actions", ()):
                    _take_out(action)
        assert leaks(json.dumps(answer, ensure_ascii=False), attack) == [], what


def _take_out(action: Json) -> None:
    """Take the protocol's own references out of an action."""
    resource = action.pop("resource", {})
    action.pop("resourceId", None)
    if action["type"] == "create":
        text = re.sub(r'"reference": "(Patient|Condition|Observation)/[A-Za-z0-9.-]+"', "", json.dumps(resource))
        assert seen(text) == []


def test_the_store_keeps_none(attack: Attack) -> None:
    """Its bytes, the write-ahead log's with them, and the cards that wait for it."""
    files = [path for place in (f"{DATABASE}*", f"{DATABASE}-*/*") for path in attack.service.folder.glob(place)]
    files = [path for path in files if path.is_file()]
    assert f"{DATABASE}-wal" in {path.name for path in files}
    assert {path.suffix for path in files} >= {".jsonl"}
    assert _rows(attack.service.folder / DATABASE) > 10
    for path in files:
        assert leaks(path.read_bytes().decode("latin-1"), attack) == [], path.name


def test_no_other_file_was_left(attack: Attack) -> None:
    ours = {"log", "patch", "clients.toml", "keys.json"}
    others = [path for path in attack.service.folder.rglob("*") if path.is_file() and path.parent.name != "patch"]
    for path in others:
        assert path.name in ours or path.name.startswith(DATABASE) or not seen(path.read_bytes().decode("latin-1"))


def _rows(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        [(count,)] = database.execute("select count(*) from card_issued").fetchall()
    return int(count)
