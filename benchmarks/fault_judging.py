"""Decides whether an answer given under faults is right: the cards of what could be read, or a refusal.

The service's log names what each call could not read, by prefetch key. The right answer is then the answer to a call
that brings everything but those keys, with an OperationOutcome in their place; each card must name every gap. The right
answer without a gap is the scenario's.
"""

import http.client
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from benchmarks.fault_charts import BROUGHT, KINDS, REQUIRED, Chart, masked
from benchmarks.fault_load import Came, Faults, Switched, name_of
from benchmarks.load import HOST

Gaps = frozenset[tuple[str, str]]  # prefetch key, and "unread:500" and the like
# How a search may fail without a fault: under too much load, or while the service leaves a failing server alone.
_OF_LOAD: Final = {"deadline": "late", "resting": "at rest"}
_DIAGNOSTICS: Final = {"it did not answer in time": "late", "it has failed repeatedly": "at rest"}
_SHOULD_FAIL: Final = {"412", "503"}


class WrongAnswer(AssertionError):
    """An answer is not right; the message says why."""


def gaps_in(log: Path) -> dict[str, Gaps]:
    """Return what each call could not read, by its request id."""
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
    return {
        event["request_id"]: frozenset(event["gaps"].items()) for event in events if event["event"] == "hook answered"
    }


class Judge:
    """Tells right answers from wrong ones. The service at `port` must still run, and its FHIR server be well."""

    def __init__(self, port: int, charts: Mapping[str, Chart], log: Path, switched: Iterable[Switched]) -> None:
        self._port = port
        self._charts = charts
        self._gaps = gaps_in(log)
        self._switched = list(switched)
        self._right = cache(self._ask)

    def outcomes(self, answers: Iterable[Came]) -> tuple[Counter[tuple[str, str]], list[str]]:
        """Count the outcomes by the way the data came, and list what is wrong with the wrong answers."""
        counted: Counter[tuple[str, str]] = Counter()
        wrong = []
        for came in answers:
            try:
                counted[came.sent.way, self.outcome(came)] += 1
            except WrongAnswer as error:
                wrong.append(f"{came.sent.chart}, {came.sent.way}: {error}")
        return counted, wrong

    def outcome(self, came: Came) -> str:
        """Return the outcome of a call in words.

        Raises:
            WrongAnswer: the answer is not right.
        """
        if came.status != http.client.OK:
            return self._refusal(came)
        gaps = self._gaps.get(name_of(came.number), frozenset())
        if came.text != self._right(came.sent.chart, frozenset((key, _lack(gap)) for key, gap in gaps)):
            raise WrongAnswer(f"with {sorted(gaps)} it answers {came.text[:2000]}")
        beyond = {word for key, gap in gaps if (word := self._beyond(came, key, gap))}
        if not gaps:
            return "right"
        naming = "the gap named" if json.loads(came.text)["cards"] else "no card to name the gap on"
        return f"right, {naming}" + (f" ({', '.join(sorted(beyond))})" if beyond else "")

    def _refusal(self, came: Came) -> str:
        """Return the outcome of a call that lacks required data."""
        if came.sent.way == BROUGHT or str(came.status) not in _SHOULD_FAIL:
            raise WrongAnswer(f"{came.status} {came.text[:500]}")
        [issue] = json.loads(came.text)["issue"]
        if came.status == http.client.SERVICE_UNAVAILABLE and issue["code"] == "timeout":
            return "503, out of time"
        [key] = [key for key in REQUIRED if issue.get("expression") == [f"prefetch.{key}"]] or [None]
        if key is None:
            raise WrongAnswer(f"{came.status} {came.text[:500]}")
        if self._is_on(came, key):
            return "412, asked for"
        return f"412, {_only(word for words, word in _DIAGNOSTICS.items() if words in issue['diagnostics'])}"

    def _beyond(self, came: Came, key: str, gap: str) -> str | None:
        """Return what explains a gap that no switched fault does; None where one does."""
        cause = gap.rpartition(":")[2]
        return None if self._is_on(came, key) else _only(word for words, word in _OF_LOAD.items() if words == cause)

    def _is_on(self, came: Came, key: str) -> bool:
        """Return whether a fault of the key's type was on at any moment of the call."""
        kind = KINDS[key][0]
        during = [fault for fault in self._switched if fault.since <= came.ended and came.began <= fault.until]
        return any(_hits(fault.faults, kind) for fault in during)

    def _ask(self, chart: str, lacks: Gaps) -> str:
        """Ask for the right answer to a chart with these gaps, and check that its cards name each of them."""
        scenario = self._charts[chart]
        text = masked(_post(self._port, scenario.path, scenario.call_with_gaps(dict(lacks))))
        if not lacks and text != scenario.right:
            raise WrongAnswer(f"the whole chart gives {text[:2000]}")
        for card in json.loads(text)["cards"]:
            unnamed = [sentence for sentence in map(_sentence, sorted(lacks)) if sentence not in card["detail"]]
            if unnamed:
                raise WrongAnswer(f"a card does not say {unnamed}: {card['detail']}")
        return text


def _hits(faults: Faults, kind: str) -> bool:
    return faults.get(kind, faults.get("*", "slow")) != "slow"


def _lack(gap: str) -> str:
    return gap.partition(":")[0]


def _sentence(gap: tuple[str, str]) -> str:
    label = KINDS[gap[0]][1]
    return f"{label}: incomplete." if gap[1] == "incomplete" else f"{label}: not read."


def _only(words: Iterable[str]) -> str:
    matches = list(words)
    if len(matches) != 1:
        raise WrongAnswer("a gap that no fault and no load explains")
    return matches[0]


def _post(port: int, path: str, body: bytes) -> str:
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    connection.request("POST", path, body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read().decode()
    assert answer.status == http.client.OK, text
    connection.close()
    return text
