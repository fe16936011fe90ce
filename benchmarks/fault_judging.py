"""Whether an answer given under faults is right: the cards of what could be read, and every gap named, or an honest no.

What a call could not read is in the service's log by prefetch key. The right answer to it is then that to a call which
brings all but those keys, an OperationOutcome in their place; the right answer without a gap is the scenario's own.
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
# What may befall a search that no fault was switched on for: too much load, or a server that is left alone.
_OF_LOAD: Final = {"deadline": "late", "resting": "at rest"}
_SAID: Final = {"it did not answer in time": "late", "it has failed repeatedly": "at rest"}
_SHOULD_FAIL: Final = {"412", "503"}


class WrongAnswer(AssertionError):
    """An answer that is not right; says why."""


def gaps_in(log: Path) -> dict[str, Gaps]:
    """What each call could not read, by its request id."""
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
    return {one["request_id"]: frozenset(one["gaps"].items()) for one in lines if one["event"] == "hook answered"}


class Judge:
    """Tells right answers from wrong ones. The service at `port` still runs, and its FHIR server is well."""

    def __init__(self, port: int, charts: Mapping[str, Chart], log: Path, switched: Iterable[Switched]) -> None:
        self._port = port
        self._charts = charts
        self._gaps = gaps_in(log)
        self._switched = list(switched)
        self._right = cache(self._ask)

    def outcomes(self, answers: Iterable[Came]) -> tuple[Counter[tuple[str, str]], list[str]]:
        """How often each outcome came, by the way the data came; and what is wrong with answers that are wrong."""
        counted: Counter[tuple[str, str]] = Counter()
        wrong = []
        for came in answers:
            try:
                counted[came.sent.way, self.outcome(came)] += 1
            except WrongAnswer as error:
                wrong.append(f"{came.sent.chart}, {came.sent.way}: {error}")
        return counted, wrong

    def outcome(self, came: Came) -> str:
        """What became of a call, in words.

        Raises:
            WrongAnswer: it is not right.
        """
        if came.status != http.client.OK:
            return self._refusal(came)
        gaps = self._gaps.get(name_of(came.number), frozenset())
        if came.text != self._right(came.sent.chart, frozenset((key, _lack(gap)) for key, gap in gaps)):
            raise WrongAnswer(f"with {sorted(gaps)} it answers {came.text[:2000]}")
        beyond = {word for key, gap in gaps if (word := self._beyond(came, key, gap))}
        if not gaps:
            return "right"
        told = "the gap named" if json.loads(came.text)["cards"] else "no card to name the gap on"
        return f"right, {told}" + (f" ({', '.join(sorted(beyond))})" if beyond else "")

    def _refusal(self, came: Came) -> str:
        """A call that lacks what is required."""
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
        return f"412, {_only(word for words, word in _SAID.items() if words in issue['diagnostics'])}"

    def _beyond(self, came: Came, key: str, gap: str) -> str | None:
        """Why a gap is there that no switched fault explains; None where one does."""
        cause = gap.rpartition(":")[2]
        return None if self._is_on(came, key) else _only(word for words, word in _OF_LOAD.items() if words == cause)

    def _is_on(self, came: Came, key: str) -> bool:
        """Whether a fault was on for the key's type at any moment of the call."""
        kind = KINDS[key][0]
        during = [one for one in self._switched if one.since <= came.ended and came.began <= one.until]
        return any(_hits(one.faults, kind) for one in during)

    def _ask(self, chart: str, lacks: Gaps) -> str:
        """The right answer for a chart of which this lacks, checked against what a card may never leave out."""
        one = self._charts[chart]
        text = masked(_post(self._port, one.path, one.told(dict(lacks))))
        if not lacks and text != one.right:
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
    return f"{label} (incomplete): not all could be read." if gap[1] == "incomplete" else f"{label} could not be read."


def _only(words: Iterable[str]) -> str:
    found = list(words)
    if len(found) != 1:
        raise WrongAnswer("a gap that no fault and no load explains")
    return found[0]


def _post(port: int, path: str, body: bytes) -> str:
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    connection.request("POST", path, body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read().decode()
    assert answer.status == http.client.OK, text
    connection.close()
    return text
