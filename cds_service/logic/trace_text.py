"""A decision explained in lines of plain text: the pattern of each side, how each rule fared, and on what facts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cds_service.logic.chart_index import ChartIndex
from cds_service.model.condition_text import INDENT, ROLE_HEADINGS, describe_condition, describe_name
from cds_service.model.conditions import Absent, Age, Block, Duration, Imaged, Newest, NotRecorded, Ordered, PatternIs
from cds_service.model.conditions import Present as PresentIs
from cds_service.model.dates import PartialDate
from cds_service.model.decision import Decision, Recommendation, RuleEvaluation, RuleTrace
from cds_service.model.facts import Fact, Finding, Stage
from cds_service.model.outcome import Outcome, Truth
from cds_service.model.sides import Side

_TRUTH_WORDS = {Truth.YES: "holds", Truth.NO: "fails", Truth.UNKNOWN: "not known"}
_STOP_WORDS = {Truth.YES: "STOPS IT", Truth.NO: "no stop", Truth.UNKNOWN: "no stop, not known"}
_STAGE_WORDS = {Stage.STUDY: "done", Stage.REQUEST: "ordered", Stage.DRAFT: "draft of this call,"}


def explain_decision(decision: Decision) -> list[str]:
    """Why each rule speaks or is silent, as indented lines; whole only for a decision made thoroughly.

    "fails": the chart says otherwise. "not known": nothing that counts is recorded.
    """
    explainer = _TraceWriter(decision, ChartIndex(decision.chart, decision.content))
    return [*explainer.pattern_lines(), *explainer.rule_lines()]


@dataclass(frozen=True, slots=True)
class _TraceWriter:
    decision: Decision
    index: ChartIndex

    def pattern_lines(self) -> Iterator[str]:
        for side, pattern in self.decision.side_patterns.items():
            held = ", ".join(one.id for one in pattern.matching_patterns)
            yield f"Pattern of the {side.value} side: {pattern.name}" + (f" ({held})" if held else "")
            touched = [outcome for outcome in pattern.outcomes if outcome.truth is Truth.YES or _has_facts(outcome)]
            for outcome in touched:
                label = self._pattern_label(outcome.pattern_id)
                yield f"{INDENT}{outcome.pattern_id} {_TRUTH_WORDS[outcome.truth]}: {label}"
                yield from self._block_lines(outcome, side, 2)
            blank = [outcome.pattern_id for outcome in pattern.outcomes if outcome not in touched]
            if blank:
                yield f"{INDENT}nothing recorded for {', '.join(blank)}"

    def _pattern_label(self, pattern_id: str) -> str:
        return next(one.label for one in self.decision.content.patterns if one.id == pattern_id)

    def rule_lines(self) -> Iterator[str]:
        for trace in sorted(self.decision.rule_traces, key=lambda one: one.rule.number):
            reason = f": {trace.reason}" if trace.reason else ""
            yield f"Rule {trace.rule.number} {trace.rule.id}: {trace.status}{reason}"
            if trace.status == "speaks":
                yield f"{INDENT}{self._describe_result(trace)}"
            yield from self._evaluation_lines(trace.evaluations)

    def _describe_result(self, trace: RuleTrace) -> str:
        """What became of a rule that speaks."""
        outlets = (
            ("card shown", self.decision.shown),
            ("held back behind more urgent cards", self.decision.held_back),
            ("held back: exempt role", self.decision.hidden_for_role),
        )
        for said, chosen in outlets:
            for one in chosen:
                if one.rule.id == trace.rule.id:
                    return f"{said}: {describe_advice(one)}"
        return "no card: nothing is left that it could offer"

    def _evaluation_lines(self, evaluations: Iterable[RuleEvaluation]) -> Iterator[str]:
        """Each order and side; two sides that fared alike stand together."""
        told: dict[tuple[str, ...], list[str]] = {}
        for one in evaluations:
            order = f"{describe_fact(one.order, self.decision)}; " if one.order else ""
            lines = (order, _describe_evaluation(one), *self._block_lines(one.outcome, one.side, 2))
            told.setdefault(lines, []).append(one.side.value)
        for (order, verdict, *parts), sides in told.items():
            yield f"{INDENT}{order}{' and '.join(sides)} side: {verdict}"
            yield from parts

    def _block_lines(self, outcome: Outcome, side: Side, depth: int) -> Iterator[str]:
        for role, heading in ROLE_HEADINGS:
            of_role = [part for part in outcome.parts if part.role == role]
            if of_role:
                yield f"{INDENT * depth}{heading}"
            for part in of_role:
                yield from self._condition_lines(part, side, depth + 1)

    def _condition_lines(self, outcome: Outcome, side: Side, depth: int) -> Iterator[str]:
        said = (_STOP_WORDS if outcome.role == "none" else _TRUTH_WORDS)[outcome.truth]
        if isinstance(outcome.condition, Block):
            yield f"{INDENT * depth}{said}:"
            yield from self._block_lines(outcome, side, depth + 1)
            return
        yield f"{INDENT * depth}{said}: {describe_condition(outcome.condition, self.decision.content.findings)}"
        for line in self._evidence_lines(outcome, side):
            yield f"{INDENT * (depth + 1)}{line}"

    def _evidence_lines(self, outcome: Outcome, side: Side) -> list[str]:
        """What is recorded of what a condition asks."""
        match outcome.condition:
            case PresentIs() | Absent() | NotRecorded() | Newest():
                return self._recorded_lines(outcome)
            case PatternIs():
                return [", ".join(f"{one.value} {found.name}" for one, found in self.decision.side_patterns.items())]
            case Imaged() | Ordered():
                return [describe_fact(fact, self.decision) for fact in outcome.facts] or ["none"]
            case Duration(side=asked):
                return [describe_duration(*self.index.symptom_duration(Side.BOTH if asked == "either" else side))]
            case Age():
                age = self.decision.chart.age
                return ["age not recorded" if age is None else f"age {age}"]
            case _:
                return []

    def _recorded_lines(self, outcome: Outcome) -> list[str]:
        """Each finding or group the condition names: its facts, or that nothing is recorded."""
        condition = outcome.condition
        assert isinstance(condition, PresentIs | Absent | NotRecorded | Newest)  # noqa: S101 - the caller's match
        lines = []
        for name in condition.names:
            leaves = self.decision.content.groups.get(name, ())
            ids = {leaf.finding for leaf in leaves} or {name}
            facts = [fact for fact in outcome.facts if isinstance(fact, Finding) and fact.id in ids]
            lines += [describe_fact(fact, self.decision) for fact in facts]
            if not facts and (outcome.truth is not Truth.YES or len(condition.names) == 1):
                lines.append(f"{describe_name(name, self.decision.content.findings)}: not recorded")
        return lines


def _describe_evaluation(evaluation: RuleEvaluation) -> str:
    if evaluation.outcome.truth is not Truth.YES:
        return _TRUTH_WORDS[evaluation.outcome.truth]
    row = evaluation.advice
    return f"holds, advice {row.card} ({row.level})" if row else "holds, but no row of advice applies"


def _has_facts(outcome: Outcome) -> bool:
    return bool(outcome.facts) or any(_has_facts(part) for part in outcome.parts)


def describe_advice(recommendation: Recommendation) -> str:
    """A recommendation's level, wording and offers, with what its row would offer too but for this chart or hook."""
    offered = [offer.id for offer in recommendation.offers]
    kept = [name for name in recommendation.advice.offers if name not in offered]
    withheld = f"; not offered here: {', '.join(kept)}" if kept else ""
    advice = recommendation.advice
    return f"{advice.level}, {advice.card}, offers {', '.join(offered) or 'nothing'}{withheld}"


def describe_fact(fact: Fact, decision: Decision) -> str:
    """One fact: what, value or stage, side, date, onset, qualifiers, and where it stands."""
    if isinstance(fact, Finding):
        stated = [f"{name} {value}" for name, value in sorted(fact.qualifiers.items())]
        onset = [f"onset {describe_date(fact.onset)}"] if fact.onset else []
        label = decision.content.findings[fact.id].label
        parts = [fact.value.value, _describe_side(fact.side), describe_date(fact.when), *onset, *stated]
        return f"{label}: {', '.join([*parts, _describe_source(fact)])}"
    what = fact.treatment or " ".join(filter(None, (fact.region or "unknown region", fact.modality, fact.contrast)))
    when = f"{_STAGE_WORDS[fact.stage]} {describe_date(fact.when)}"
    return f"{what}: {', '.join((when, _describe_side(fact.side), fact.source.reference))}"


def _describe_source(fact: Finding) -> str:
    return f"{fact.source.reference} in words" if fact.source.kind.is_text else fact.source.reference


def _describe_side(side: Side) -> str:
    return "side not stated" if side is Side.UNSTATED else side.value


def describe_date(when: PartialDate | None) -> str:
    """A date as recorded: a day, or the days a month or year spans."""
    if when is None:
        return "undated"
    return when.first.isoformat() if when.is_exact else f"{when.first.isoformat()} to {when.last.isoformat()}"


def describe_duration(at_least: int | None, at_most: int | None) -> str:
    """A range of days in words."""
    low = "nothing dated" if at_least is None else f"at least {at_least} days"
    return f"symptoms recorded: {low}" + ("" if at_most is None else f", at most {at_most} days")
