"""A decision explained in lines of plain text: the pattern of each side, how each rule fared, and on what facts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cds_service.logic.index import ChartIndex
from cds_service.model.condition_text import INDENT, ROLES, describe, name_words
from cds_service.model.conditions import Absent, Age, Block, Duration, Imaged, Newest, NotRecorded, Ordered, PatternIs
from cds_service.model.conditions import Present as PresentIs
from cds_service.model.dates import When
from cds_service.model.decision import Decision, Judgement, Recommendation, RuleTrace
from cds_service.model.facts import Finding, Stage
from cds_service.model.outcome import Fact, Outcome, Truth
from cds_service.model.sides import Side

_SAID = {Truth.YES: "holds", Truth.NO: "fails", Truth.UNKNOWN: "not known"}
_STOP_SAID = {Truth.YES: "STOPS IT", Truth.NO: "no stop", Truth.UNKNOWN: "no stop, not known"}
_STAGES = {Stage.STUDY: "done", Stage.REQUEST: "ordered", Stage.DRAFT: "draft of this call,"}


def explain(decision: Decision) -> list[str]:
    """Why each rule speaks or is silent, as indented lines; whole only for a decision made thoroughly.

    "fails": the chart says otherwise. "not known": nothing that counts is recorded.
    """
    explainer = _Explainer(decision, ChartIndex(decision.chart, decision.content))
    return [*explainer.patterns(), *explainer.rules()]


@dataclass(frozen=True, slots=True)
class _Explainer:
    decision: Decision
    index: ChartIndex

    def patterns(self) -> Iterator[str]:
        for side, pattern in self.decision.patterns.items():
            held = ", ".join(one.id for one in pattern.held)
            yield f"Pattern of the {side.value} side: {pattern.name}" + (f" ({held})" if held else "")
            touched = [outcome for outcome in pattern.outcomes if outcome.truth is Truth.YES or _has_facts(outcome)]
            for outcome in touched:
                yield f"{INDENT}{outcome.label} {_SAID[outcome.truth]}: {self._label(outcome.label)}"
                yield from self._parts(outcome, side, 2)
            blank = [outcome.label for outcome in pattern.outcomes if outcome not in touched]
            if blank:
                yield f"{INDENT}nothing recorded for {', '.join(blank)}"

    def _label(self, pattern_id: str) -> str:
        return next(one.label for one in self.decision.content.patterns if one.id == pattern_id)

    def rules(self) -> Iterator[str]:
        for trace in sorted(self.decision.trace, key=lambda one: one.rule.number):
            reason = f": {trace.reason}" if trace.reason else ""
            yield f"Rule {trace.rule.number} {trace.rule.id}: {trace.status}{reason}"
            if trace.status == "speaks":
                yield f"{INDENT}{self._outlet(trace)}"
            yield from self._judgements(trace.judgements)

    def _outlet(self, trace: RuleTrace) -> str:
        """What became of a rule that speaks."""
        outlets = (
            ("card shown", self.decision.shown),
            ("held back behind more urgent cards", self.decision.held_back),
            ("held back: exempt role", self.decision.exempted),
        )
        for said, chosen in outlets:
            for one in chosen:
                if one.rule.id == trace.rule.id:
                    return f"{said}: {advice_words(one)}"
        return "no card: nothing is left that it could offer"

    def _judgements(self, judgements: Iterable[Judgement]) -> Iterator[str]:
        """Each order and side; two sides that fared alike stand together."""
        told: dict[tuple[str, ...], list[str]] = {}
        for one in judgements:
            order = f"{fact_words(one.order, self.decision)}; " if one.order else ""
            lines = (order, _verdict(one), *self._parts(one.outcome, one.side, 2))
            told.setdefault(lines, []).append(one.side.value)
        for (order, verdict, *parts), sides in told.items():
            yield f"{INDENT}{order}{' and '.join(sides)} side: {verdict}"
            yield from parts

    def _parts(self, outcome: Outcome, side: Side, depth: int) -> Iterator[str]:
        for role, heading in ROLES:
            of_role = [part for part in outcome.parts if part.role == role]
            if of_role:
                yield f"{INDENT * depth}{heading}"
            for part in of_role:
                yield from self._part(part, side, depth + 1)

    def _part(self, part: Outcome, side: Side, depth: int) -> Iterator[str]:
        said = (_STOP_SAID if part.role == "none" else _SAID)[part.truth]
        if isinstance(part.condition, Block):
            yield f"{INDENT * depth}{said}:"
            yield from self._parts(part, side, depth + 1)
            return
        yield f"{INDENT * depth}{said}: {describe(part.condition, self.decision.content.findings)}"
        for line in self._evidence(part, side):
            yield f"{INDENT * (depth + 1)}{line}"

    def _evidence(self, part: Outcome, side: Side) -> list[str]:
        """What is recorded of what a condition asks."""
        match part.condition:
            case PresentIs() | Absent() | NotRecorded() | Newest():
                return self._recorded(part)
            case PatternIs():
                return [", ".join(f"{one.value} {found.name}" for one, found in self.decision.patterns.items())]
            case Imaged() | Ordered():
                return [fact_words(fact, self.decision) for fact in part.facts] or ["none"]
            case Duration(side=asked):
                return [duration_words(*self.index.duration(Side.BOTH if asked == "either" else side))]
            case Age():
                age = self.decision.chart.age
                return ["age not recorded" if age is None else f"age {age}"]
            case _:
                return []

    def _recorded(self, part: Outcome) -> list[str]:
        """Each finding or group the condition names: its facts, or that nothing is recorded."""
        condition = part.condition
        assert isinstance(condition, PresentIs | Absent | NotRecorded | Newest)  # noqa: S101 - the caller's match
        lines = []
        for name in condition.named:
            leaves = self.decision.content.groups.get(name, ())
            ids = {leaf.finding for leaf in leaves} or {name}
            facts = [fact for fact in part.facts if isinstance(fact, Finding) and fact.id in ids]
            lines += [fact_words(fact, self.decision) for fact in facts]
            if not facts and (part.truth is not Truth.YES or len(condition.named) == 1):
                lines.append(f"{name_words(name, self.decision.content.findings)}: not recorded")
        return lines


def _verdict(judgement: Judgement) -> str:
    if judgement.outcome.truth is not Truth.YES:
        return _SAID[judgement.outcome.truth]
    row = judgement.row
    return f"holds, advice {row.card} ({row.level})" if row else "holds, but no row of advice applies"


def _has_facts(outcome: Outcome) -> bool:
    return bool(outcome.facts) or any(_has_facts(part) for part in outcome.parts)


def advice_words(one: Recommendation) -> str:
    """A recommendation's level, wording and offers, with what its row would offer too but for this chart or hook."""
    offered = [offer.id for offer in one.offers]
    kept = [name for name in one.row.offers if name not in offered]
    withheld = f"; not offered here: {', '.join(kept)}" if kept else ""
    return f"{one.row.level}, {one.row.card}, offers {', '.join(offered) or 'nothing'}{withheld}"


def fact_words(fact: Fact, decision: Decision) -> str:
    """One fact: what, value or stage, side, date, onset, qualifiers, and where it stands."""
    if isinstance(fact, Finding):
        stated = [f"{name} {value}" for name, value in sorted(fact.qualifiers.items())]
        onset = [f"onset {when_words(fact.onset)}"] if fact.onset else []
        label = decision.content.findings[fact.id].label
        parts = [fact.value.value, _side_words(fact.side), when_words(fact.when), *onset, *stated]
        return f"{label}: {', '.join([*parts, _place_words(fact)])}"
    what = fact.treatment or " ".join(filter(None, (fact.region or "unknown region", fact.modality, fact.contrast)))
    when = f"{_STAGES[fact.stage]} {when_words(fact.when)}"
    return f"{what}: {', '.join((when, _side_words(fact.side), fact.source.reference))}"


def _place_words(fact: Finding) -> str:
    return f"{fact.source.reference} in words" if fact.source.kind.is_words else fact.source.reference


def _side_words(side: Side) -> str:
    return "side not stated" if side is Side.UNSTATED else side.value


def when_words(when: When | None) -> str:
    """A date as recorded: a day, or the days a month or year spans."""
    if when is None:
        return "undated"
    return when.first.isoformat() if when.is_exact else f"{when.first.isoformat()} to {when.last.isoformat()}"


def duration_words(at_least: int | None, at_most: int | None) -> str:
    """A range of days in words."""
    low = "nothing dated" if at_least is None else f"at least {at_least} days"
    return f"symptoms recorded: {low}" + ("" if at_most is None else f", at most {at_most} days")
