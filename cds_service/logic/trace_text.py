"""A decision as lines of plain text: the pattern of each side, how each rule was judged, and on what facts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.screening import find_missing
from cds_service.logic.unmet_conditions import find_unmet_condition
from cds_service.model.condition_text import INDENT, describe_condition, describe_name
from cds_service.model.conditions import (
    Absent,
    Age,
    Block,
    Duration,
    Imaged,
    Newest,
    NotRecorded,
    Ordered,
    PatternIs,
    Received,
    Screened,
)
from cds_service.model.conditions import Present as PresentIs
from cds_service.model.dates import PartialDate
from cds_service.model.decision import Decision, Recommendation, RuleEvaluation, RuleTrace
from cds_service.model.facts import Fact, Finding, ScreenHit, Stage
from cds_service.model.outcome import Outcome, Truth
from cds_service.model.sides import Side

_TRUTH_WORDS = {Truth.YES: "holds", Truth.NO: "does not hold", Truth.UNKNOWN: "not recorded"}
_ROLE_HEADINGS = (("all", "needs all of"), ("any", "needs at least one of"), ("none", "is stopped by any of"))
_STAGE_WORDS = {Stage.STUDY: "done", Stage.REQUEST: "ordered", Stage.DRAFT: "draft of this call,"}


def explain_decision(decision: Decision) -> list[str]:
    """Return the complete trace of every pattern and rule as indented lines.

    It is complete only for a decision that was made thoroughly. "does not hold": the chart says otherwise; "not
    recorded": nothing that counts is on record.
    """
    writer = _TraceWriter(decision, ChartIndex(decision.chart, decision.content))
    return [*writer.pattern_lines(), *writer.rule_lines()]


def explain_rule(decision: Decision, rule_id: str) -> list[str]:
    """Return the trace of one rule, without what is merely not recorded, unless that is what the rule lacks."""
    writer = _TraceWriter(decision, ChartIndex(decision.chart, decision.content), is_complete=False)
    return [line for trace in decision.rule_traces if trace.rule.id == rule_id for line in writer.trace_lines(trace)]


@dataclass(frozen=True, slots=True)
class _TraceWriter:
    decision: Decision
    index: ChartIndex
    subject: str = "rule"  # what the conditions belong to
    is_complete: bool = True

    def pattern_lines(self) -> Iterator[str]:
        writer = replace(self, subject="pattern")
        for side, side_pattern in self.decision.side_patterns.items():
            holding = ", ".join(pattern.id for pattern in side_pattern.matching_patterns)
            yield f"Pattern of the {side.value} side: {side_pattern.name}" + (f" ({holding})" if holding else "")
            recorded = [
                outcome for outcome in side_pattern.outcomes if outcome.truth is Truth.YES or _has_facts(outcome)
            ]
            for outcome in recorded:
                label = self._pattern_label(outcome.pattern_id)
                verdict = "holds" if outcome.truth is Truth.YES else "does not hold"
                yield f"{INDENT}{outcome.pattern_id} {verdict}: {label}"
                yield from writer.block_lines(outcome, side, 2)
            blank = [outcome.pattern_id for outcome in side_pattern.outcomes if outcome not in recorded]
            if blank:
                yield f"{INDENT}nothing recorded for {', '.join(blank)}"

    def _pattern_label(self, pattern_id: str) -> str:
        return next(pattern.label for pattern in self.decision.content.patterns if pattern.id == pattern_id)

    def rule_lines(self) -> Iterator[str]:
        for trace in sorted(self.decision.rule_traces, key=lambda trace: trace.rule.number):
            yield from self.trace_lines(trace)

    def trace_lines(self, trace: RuleTrace) -> Iterator[str]:
        reason = f": {trace.reason}" if trace.reason else ""
        yield f"Rule {trace.rule.number} {trace.rule.id}: {trace.status}{reason}"
        if trace.status == "speaks":
            yield f"{INDENT}{self._describe_result(trace)}"
        yield from self._evaluation_lines(trace.evaluations)

    def _describe_result(self, trace: RuleTrace) -> str:
        """Return whether the card of a rule that speaks was shown, held back, or dropped for lack of offers."""
        outlets = (
            ("card shown", self.decision.shown),
            ("held back behind more urgent cards", self.decision.held_back),
            ("held back: exempt role", self.decision.hidden_for_role),
        )
        for result, recommendations in outlets:
            for recommendation in recommendations:
                if recommendation.rule.id == trace.rule.id:
                    return f"{result}: {describe_advice(recommendation)}"
        return "no card: it has nothing left to offer in this call"

    def _evaluation_lines(self, evaluations: Iterable[RuleEvaluation]) -> Iterator[str]:
        """Yield the lines of each order and side; sides with the same lines are merged."""
        sides_by_lines: dict[tuple[str, ...], list[str]] = {}
        for evaluation in evaluations:
            order = f"{describe_fact(evaluation.order, self.decision)}; " if evaluation.order else ""
            block_lines = self.block_lines(evaluation.outcome, evaluation.side, 2)
            lines = (order, self._describe_evaluation(evaluation), *block_lines, *self._row_lines(evaluation))
            sides_by_lines.setdefault(lines, []).append(evaluation.side.value)
        for (order, verdict, *condition_lines), sides in sides_by_lines.items():
            yield f"{INDENT}{order}{' and '.join(sides)} side: {verdict}"
            yield from condition_lines

    def _row_lines(self, evaluation: RuleEvaluation) -> Iterator[str]:
        """Yield why each row of advice before the one that applies does not."""
        for row, outcome in evaluation.passed_over:
            unmet = find_unmet_condition(outcome, self.decision)
            reason = f"stopped by {unmet.text}" if unmet.is_stop else unmet.text
            yield f"{INDENT * 2}advice {row.card} does not apply; {reason}"
            if row.is_restraint:
                yield from self.block_lines(outcome, evaluation.side, 3)

    def _describe_evaluation(self, evaluation: RuleEvaluation) -> str:
        if evaluation.outcome.truth is not Truth.YES:
            unmet = find_unmet_condition(evaluation.outcome, self.decision)
            return f"stopped by {unmet.text}" if unmet.is_stop else f"does not hold; {unmet.text}"
        row = evaluation.advice
        return f"holds, advice {row.card} ({row.level})" if row else "holds, but no row of advice applies"

    def block_lines(self, outcome: Outcome, side: Side, depth: int) -> Iterator[str]:
        for role, heading in _ROLE_HEADINGS:
            parts = [part for part in outcome.parts if part.role == role]
            is_settled = role == "none" or (role == "any" and any(part.truth is Truth.YES for part in parts))
            if is_settled and not self.is_complete:
                parts = [part for part in parts if part.truth is not Truth.UNKNOWN]
            if parts:
                yield f"{INDENT * depth}{heading}"
            for part in parts:
                yield from self._condition_lines(part, side, depth + 1)

    def _condition_lines(self, outcome: Outcome, side: Side, depth: int) -> Iterator[str]:
        truth = self._describe_truth(outcome)
        condition, findings = outcome.condition, self.decision.content.findings
        if not isinstance(condition, Block):
            yield f"{INDENT * depth}{truth}: {describe_condition(condition, findings)}"
            for line in self._evidence_lines(outcome, side):
                yield f"{INDENT * (depth + 1)}{line}"
        elif self.is_complete or _has_facts(outcome):
            yield f"{INDENT * depth}{truth}: {condition.label}".rstrip()
            yield from self.block_lines(outcome, side, depth + 1)
        else:
            yield f"{INDENT * depth}{truth}: {describe_condition(condition, findings)}"

    def _describe_truth(self, outcome: Outcome) -> str:
        if outcome.role != "none":
            return _TRUTH_WORDS[outcome.truth]
        match outcome.truth:
            case Truth.YES:
                return f"STOPS the {self.subject}"
            case Truth.NO:
                return f"does not stop the {self.subject}"
            case Truth.UNKNOWN:
                return f"not recorded, so it does not stop the {self.subject}"

    def _evidence_lines(self, outcome: Outcome, side: Side) -> list[str]:
        """Return what the chart records about a condition."""
        match outcome.condition:
            case PresentIs() | Absent() | NotRecorded() | Newest():
                return self._recorded_lines(outcome)
            case PatternIs():
                patterns = self.decision.side_patterns.items()
                return [", ".join(f"{judged.value} {pattern.name}" for judged, pattern in patterns)]
            case Imaged() | Ordered():
                lines = [describe_fact(fact, self.decision) for fact in outcome.facts]
                return lines or (["none"] if self.is_complete else [])
            case Duration(side=asked):
                return [describe_duration(*self.index.symptom_duration(Side.BOTH if asked == "either" else side))]
            case Screened():
                return [describe_hit(hit, self.decision) for hit in outcome.hits]
            case Received(kinds=kinds):
                missing = find_missing(kinds, self.decision.chart)
                return [f"not received whole: {', '.join(sorted(missing))}"] if missing else []
            case Age():
                age = self.decision.chart.age
                return ["age not recorded" if age is None else f"age {age}"]
            case _:
                return []

    def _recorded_lines(self, outcome: Outcome) -> list[str]:
        """Return the facts of each finding or group that the condition names, or that nothing is recorded."""
        condition = outcome.condition
        assert isinstance(condition, PresentIs | Absent | NotRecorded | Newest)  # noqa: S101 - the caller's match
        lines = []
        for name in condition.names:
            leaves = self.decision.content.groups.get(name, ())
            ids = {leaf.finding for leaf in leaves} or {name}
            facts = [fact for fact in outcome.facts if isinstance(fact, Finding) and fact.id in ids]
            lines += [describe_fact(fact, self.decision) for fact in facts]
            if not facts and self.is_complete and (outcome.truth is not Truth.YES or len(condition.names) == 1):
                lines.append(f"{describe_name(name, self.decision.content.findings)}: not recorded")
        return lines


def _has_facts(outcome: Outcome) -> bool:
    return bool(outcome.facts or outcome.hits) or any(_has_facts(part) for part in outcome.parts)


def describe_advice(recommendation: Recommendation) -> str:
    """Return a recommendation's level, wording and offers, with the offers of its row that this call cannot make."""
    advice = recommendation.advice
    offered = [offer.id for offer in recommendation.offers]
    withheld = [name for name in advice.offers if name not in offered]
    not_offered = f"; not offered here: {', '.join(withheld)}" if withheld else ""
    return f"{advice.level}, {advice.card}, offers {', '.join(offered) or 'nothing'}{not_offered}"


def describe_fact(fact: Fact, decision: Decision) -> str:
    """Describe a fact: its name, value or stage, side, date, onset, qualifiers and source."""
    if isinstance(fact, Finding):
        qualifiers = [f"{name} {value}" for name, value in sorted(fact.qualifiers.items())]
        onset = [f"onset {describe_date(fact.onset)}"] if fact.onset else []
        label = decision.content.findings[fact.id].label
        parts = [fact.value.value, _describe_side(fact.side), describe_date(fact.when), *onset, *qualifiers]
        return f"{label}: {', '.join([*parts, describe_source(fact)])}"
    name = fact.treatment or " ".join(filter(None, (fact.region or "unknown region", fact.modality, fact.contrast)))
    name += " (a leg joint, taken for the hip)" if fact.is_taken_for_hip else ""
    when = f"{_STAGE_WORDS[fact.stage]} {describe_date(fact.when)}"
    return f"{name}: {', '.join((when, _describe_side(fact.side), fact.source.reference))}"


def describe_hit(hit: ScreenHit, decision: Decision) -> str:
    """Describe what the safety screen met: its group, the content's stem or branch of codes, date and resource."""
    label = decision.content.screen_groups[hit.group].label
    onset = [f"onset {describe_date(hit.onset)}"] if hit.onset else []
    return f"{label}: {', '.join([f'by {hit.cause}', describe_date(hit.when), *onset, hit.source.reference])}"


def describe_source(fact: Fact) -> str:
    """Return the fact's source, and whether it was read from free text; the text is never shown."""
    return f"{fact.source.reference} in words" if fact.source.kind.is_text else fact.source.reference


def _describe_side(side: Side) -> str:
    return "side not stated" if side is Side.UNSTATED else side.value


def describe_date(when: PartialDate | None) -> str:
    """Return a date as recorded: a day, or the days that a month or year spans."""
    if when is None:
        return "undated"
    return when.first.isoformat() if when.is_exact else f"{when.first.isoformat()} to {when.last.isoformat()}"


def describe_duration(at_least: int | None, at_most: int | None) -> str:
    """Return a range of days in words."""
    low = "nothing dated" if at_least is None else f"at least {at_least} days"
    return f"symptoms recorded: {low}" + ("" if at_most is None else f", at most {at_most} days")
