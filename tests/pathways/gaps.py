"""Takes data out of a call, in each way in which data go missing, and says what the answer may then not do."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from cds_service.errors import MissingData
from cds_service.model.content import LEVELS
from cds_service.model.decision import Decision, Recommendation

from .chart_reading import ALL_KEYS, TODAY, WORD_KEYS, ShortChart, all_charts
from .judging import decision_of, restraint_of
from .scenarios import all_scenarios

Json = dict[str, Any]
_FAILED: Json = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}
FLAG_RULES = frozenset({"cauda-equina", "red-flag-review"})


def _leave_out(prefetch: Json, key: str) -> None:
    prefetch.pop(key, None)


def _fail(prefetch: Json, key: str) -> None:
    prefetch[key] = _FAILED


def _cut_short(prefetch: Json, key: str) -> None:
    """Keep the first half, as a server that loses its next link."""
    entries = _entries(prefetch, key)
    prefetch[key] = _bundle(entries[: len(entries) // 2]) | {"total": len(entries) + 1}


def _keep_first_page(prefetch: Json, key: str) -> None:
    """Keep the first half, with a link to a page that nobody may read."""
    entries = _entries(prefetch, key)
    link = [{"relation": "next", "url": "https://ehr.example/fhir?page=2"}]
    prefetch[key] = _bundle(entries[: len(entries) // 2]) | {"link": link}


def _garble(prefetch: Json, key: str) -> None:
    """Make the last resource unreadable, or add one that is."""
    entries = _entries(prefetch, key)
    kept = entries[:-1]
    broken = {"resourceType": ALL_KEYS[key][0], "id": "broken", "subject": 5, "code": 5}
    prefetch[key] = _bundle([*kept, {"resource": broken}])


WAYS: dict[str, Callable[[Json, str], None]] = {
    "left out": _leave_out,
    "failed": _fail,
    "cut short": _cut_short,
    "first page alone": _keep_first_page,
    "unreadable": _garble,
}


def is_gap(key: str, way: str) -> bool:
    """Return whether it is one: a source of words that is left out is of an EHR that has none (decision 28)."""
    return way != "left out" or key not in WORD_KEYS


def _entries(prefetch: Json, key: str) -> list[Json]:
    held = prefetch.get(key) or {}
    if not isinstance(held, dict):  # an odd form, such as a text: it holds nothing
        return []
    if held.get("resourceType", "Bundle") != "Bundle":  # the call's visit
        return [{"resource": held}]
    return list(held.get("entry", ()))


def _bundle(entries: list[Json]) -> Json:
    return {"resourceType": "Bundle", "type": "searchset"} | ({"entry": entries} if entries else {})


def without(request: Json, key: str, way: str) -> Json:
    """Return the call with one prefetch key left out, failed or cut."""
    body = copy.deepcopy(request)
    WAYS[way](body["prefetch"], key)
    return body


class Call(NamedTuple):
    """A call and its day."""

    label: str
    request: Json
    today: date

    def judge(self, *gaps: tuple[str, str]) -> Decision | None:
        """Return the decision, with gaps: each a key and a way. None if it is refused, for Conditions are needed."""
        if not gaps:
            return _judge_whole(self.label)
        request = self.request
        for key, way in gaps:
            request = without(request, key, way)
        try:
            return decision_of(request, self.today)
        except MissingData:
            return None


@cache
def _judge_whole(label: str) -> Decision:
    call = next(call for call in all_calls() if call.label == label)
    return decision_of(call.request, call.today)


@cache
def all_calls() -> tuple[Call, ...]:
    """Return the calls of all scenarios and short charts, and those of charts whose note stands in another source."""
    scenarios = [Call(scenario.name, scenario.request, scenario.on) for scenario in all_scenarios()]
    charts = [*all_charts(), *(moved for chart in all_charts() for moved in _with_words_moved(chart))]
    return (*scenarios, *(Call(chart.label, chart.request(sends_all=True), TODAY) for chart in charts))


def _with_words_moved(chart: ShortChart) -> Iterator[ShortChart]:
    """Yield a chart with its first record's note as a clinical note, as an answer and as the visit's reason."""
    first, *rest = chart.record or [{}]
    if "note" not in first:
        return
    bare = {key: value for key, value in first.items() if key != "note"}
    for source, days in (("document", 3), ("form", 3), ("visit", 0)):
        moved = [bare, {source: first["note"], "on": days}, *rest]
        yield replace(chart, title=f"{chart.title} ({source})", record=moved)


def made_worse(whole: Decision, part: Decision, keys: set[str]) -> list[str]:
    """Return what a call with gaps in `keys` says that the whole call does not allow: more restraint, milder flags."""
    gained = sorted(restraint_of(part) - restraint_of(whole))
    return [f"gained restraint: {name}" for name in gained] + made_milder(whole, part, keys)


def made_milder(whole: Decision, part: Decision, keys: set[str]) -> list[str]:
    """Return the cards that a call with gaps in `keys` makes milder, though nothing that they rest on is missing."""
    types = {name for key in keys for name in ALL_KEYS[key]}
    after = {card.rule.id: card for card in (*part.shown, *part.held_back)}
    before = (card for card in (*whole.shown, *whole.held_back) if not _rests_on(whole, card, types))
    return [f"milder: {card.rule.id}" for card in before if _is_milder(after.get(card.rule.id), card)]


def _rests_on(decision: Decision, card: Recommendation, types: set[str]) -> bool:
    """Return whether a card needs a fact of these types: one that it shows or, for a flag, the pain beside it."""
    pains = {leaf.finding for leaf in decision.content.groups["flag-pain"]}
    beside = [fact for fact in decision.chart.findings if fact.id in pains] if card.rule.id in FLAG_RULES else []
    return any(fact.source.reference.partition("/")[0] in types for fact in (*card.facts, *card.advice_facts, *beside))


def _is_milder(after: Recommendation | None, before: Recommendation) -> bool:
    """Return whether a flag's card is gone, or any card came down, though nothing that it rests on is missing."""
    if after is None:
        return before.rule.id in FLAG_RULES
    return LEVELS.index(after.advice.level) > LEVELS.index(before.advice.level)
