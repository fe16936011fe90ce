"""Reasons to act, made from the safety screen's own file and its findings' codes, and where a chart holds them."""

import tomllib
import warnings
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

from cds_service.knowledge import shipped_cards
from cds_service.model.content import LEVELS
from tests.pathways.chart_reading import ShortChart
from tests.pathways.judging import decision_of, restraint_of
from tests.shipped import shipped_knowledge

with warnings.catch_warnings():  # it reads its files with a function that Python deprecates
    warnings.simplefilter("ignore")
    import simple_icd_10_cm

Json = dict[str, Any]


class Flag(NamedTuple):
    """A reason to act: its group, the rules whose restraint it stops, and a code or words."""

    group: str
    stops: frozenset[str]
    code: str = ""
    words: str = ""


# A base for each rule that gives restraint: nothing in it is a reason to act.
BASES = {
    "conservative-care-first": ShortChart(
        "11", "back pain of twelve days", "order-sign", [{"problem": "icd10cm M54.50", "onset": 12, "on": 5}],
        order={"draft": "cpt 72148"},
    ),
    "imaging-already-done": ShortChart(
        "14", "the same MRI a hundred days ago", "order-sign",
        [{"problem": "icd10cm M54.50", "onset": 200, "on": 9}, {"study": "loinc 30679-5", "on": 100}],
        order={"draft": "loinc 30679-5"},
    ),
    "plain-films-first": ShortChart(
        "12", "hip MRI before any film", "order-sign", [{"problem": "icd10cm M25.551", "onset": 90, "on": 30}],
        order={"draft": "loinc 30687-8"},
    ),
    "hip-pattern-spine-imaging": ShortChart(
        "4",
        "groin pain, lumbar MRI",
        "order-sign",
        [{"problem": "sct 102570003", "site": "right", "onset": 90, "on": 30}],
        order={"draft": "cpt 72148"},
    ),
    "spine-pattern-hip-imaging": ShortChart(
        "3", "buttock-to-calf pain, film of the hip", "order-sign",
        [
            {"problem": "sct 279043006", "site": "right", "onset": 12, "on": 5},
            {"problem": "icd10cm M79.661", "onset": 12, "on": 5},
        ],
        order={"draft": "cpt 73502", "site": "right hip"},
    ),
}  # fmt: skip
EMERGENCY = ShortChart("1", "saddle numbness", "patient-view", [{"problem": "own saddle-anaesthesia", "on": 2}])
CANCER = ShortChart(
    "2", "cancer and back pain", "patient-view",
    [{"problem": "icd10cm M54.50", "onset": 12, "on": 5}, {"problem": "icd10cm C50.911", "on": 300}],
)  # fmt: skip
FLAG_RULES = ("cauda-equina", "red-flag-review")

# Where a chart may hold words. A mention is three days old, where its place has a date.
TEXT_PLACES: dict[str, Callable[[ShortChart, str], Json]] = {
    "note": lambda chart, text: chart.request() | {"prefetch": _noted(chart, text)},
    "problem": lambda chart, text: _added(chart, {"problem": text, "on": 3}),
    "observation": lambda chart, text: _added(chart, {"observation": "HPI", "words": text, "on": 3}),
    "report": lambda chart, text: _added(chart, {"report": "CT of the abdomen", "conclusion": text, "on": 3}),
    "procedure note": lambda chart, text: _added(chart, {"procedure": "Office visit", "note": text, "on": 3}),
    "reason": lambda chart, text: _reasoned(chart, text),
    "clinical note": lambda chart, text: _added(chart, {"document": text, "on": 3}),
    "questionnaire": lambda chart, text: _added(chart, {"form": text, "on": 3}),
    "visit": lambda chart, text: _added(chart, {"visit": text, "on": 0}),
}


def with_record(chart: ShortChart, record: list[Json]) -> ShortChart:
    """Return the chart with other records."""
    return replace(chart, record=record)


def _added(chart: ShortChart, record: Json) -> Json:
    return with_record(chart, [*chart.record, record]).request()


def _noted(chart: ShortChart, text: str) -> Json:
    prefetch: Json = with_record(chart, [{**chart.record[0], "note": text}, *chart.record[1:]]).request()["prefetch"]
    return prefetch


def _reasoned(chart: ShortChart, text: str) -> Json:
    body = chart.request()
    for entry in body["context"].get("draftOrders", {}).get("entry", ()):
        entry["resource"]["reasonCode"] = [{"text": text}]
    return body


def with_code(chart: ShortChart, code: str, **more: Any) -> Json:
    """Return the call with a problem of this code, recorded three days ago."""
    return _added(chart, {"problem": code, "on": 3, **more})


@cache
def groups() -> Json:
    """Return the groups of the safety screen's file."""
    found: Json = tomllib.loads((shipped_cards() / "safety-screen.toml").read_text(encoding="utf-8"))["group"]
    return found


def _stops(group: Json) -> frozenset[str]:
    stops = frozenset(group["stops"])
    return frozenset(BASES) if "all" in stops else stops & frozenset(BASES)


def word_flags() -> Iterator[Flag]:
    """Yield every word and every pair of words that is a hit; of a pair each word once, beside the other's first."""
    for name, group in groups().items():
        for word in group.get("words", ()):
            yield Flag(name, _stops(group), words=_spoken(word))
        for row in group.get("near", ()):
            firsts = [part[0] for part in row["parts"]]
            for number, part in enumerate(row["parts"]):
                for word in part:
                    chosen = [*firsts[:number], word, *firsts[number + 1 :]]
                    yield Flag(name, _stops(group), words=" ".join(map(_spoken, chosen)))


def _spoken(word: str) -> str:
    """Return words that hold a stem: `-metasta-` as "metasta", `l#` as "l4"."""
    return word.strip("-").replace("#", "4") if word not in {"+", "-"} else word


@cache
def icd_codes() -> tuple[str, ...]:
    """Return every ICD-10-CM code that can be recorded, sorted."""
    return tuple(sorted(code for code in simple_icd_10_cm.get_all_codes() if simple_icd_10_cm.is_leaf(code)))


def code_flags() -> Iterator[Flag]:
    """Yield every code of every branch, and every code of the findings that a group names."""
    for name, group in groups().items():
        for branch in group.get("icd10", ()):
            left_out = {code for other in group.get("icd10_not", ()) for code in codes_in(other)}
            wanted = [code for code in codes_in(branch) if code not in left_out]
            yield from (Flag(name, _stops(group), code=f"icd10cm {code}") for code in wanted)
        yield from (Flag(name, _stops(group), code=f"sct {row['code']}") for row in group.get("snomed", ()))
        for finding in group.get("findings", ()):
            yield from (Flag(name, _stops(group), code=code) for code in _codes_of(finding))


def codes_in(branch: str) -> tuple[str, ...]:
    """Return the codes of a branch, such as `M46.2`, `C00-C96` or `Z96.64?`."""
    first, _, last = branch.rstrip("?").partition("-")
    begin = bisect_left(icd_codes(), first)
    return icd_codes()[begin : bisect_left(icd_codes(), (last or first) + "\uffff", begin)]


def _codes_of(finding: str) -> Iterator[str]:
    for code, meanings in shipped_knowledge().terminology.findings.items():
        if code.system in {"sct", "icd10cm"} and any(meaning.finding == finding for meaning in meanings):
            yield f"{code.system} {code.code}"


def restraint_in(request: Json, rules: frozenset[str]) -> frozenset[str]:
    """Return the restraint of these rules that comes of a call."""
    rated = {"rating"} if "conservative-care-first" in rules else set()
    return frozenset(kind for kind in restraint_of(decision_of(request)) if kind.partition(":")[0] in rules | rated)


def levels_of_flags(request: Json) -> dict[str, int]:
    """Return the level of each card of rules 1 and 2: 0 is the most urgent."""
    decision = decision_of(request)
    cards = (*decision.shown, *decision.held_back)
    return {card.rule.id: LEVELS.index(card.advice.level) for card in cards if card.rule.id in FLAG_RULES}
