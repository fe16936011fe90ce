"""From a rule that speaks to one recommendation: its orders and sides, facts, what to ask, what to offer."""

from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.evaluation import evaluate
from cds_service.logic.evaluation_context import EvaluationContext
from cds_service.logic.missing_findings import missing_findings
from cds_service.logic.order_sides import MIDLINE_REGIONS
from cds_service.model.content import LEVELS, Offer, WithheldImaging
from cds_service.model.decision import Recommendation, RuleEvaluation, RuleTrace
from cds_service.model.facts import Finding, distinct
from cds_service.model.outcome import Outcome, Truth
from cds_service.model.sides import Side, combine_sides


def recommend(index: ChartIndex, trace: RuleTrace, hook: str) -> Recommendation:
    """Bring what a rule says on several sides, or of several orders, together under its most urgent advice."""
    held = [judgement for judgement in trace.evaluations if judgement.advice]
    first = min(held, key=_urgency_key)
    rule, row = first.rule, first.advice
    assert row is not None  # noqa: S101 - held judgements have a row
    if rule.about == "patient":  # what is said of one side may not be true of the other
        held = [judgement for judgement in held if judgement.advice and judgement.advice.card == row.card]
    context = EvaluationContext(index, first.side, first.order)
    # The side with most behind it leads: its facts are the patient's own words for the card.
    supported = [(judgement.outcome, judgement.outcome.supporting_facts()) for judgement in held]
    supported.sort(key=lambda one: -len(one[1]))
    sides = {side: None for judgement in held for side in judgement.side.single_sides}
    return Recommendation(
        rule=rule,
        advice=row,
        orders=distinct(judgement.order for judgement in held if judgement.order),
        side=_combined_side(held),
        facts=distinct(fact for _, facts in supported for fact in facts),
        advice_facts=distinct(
            fact
            for one in held
            if one.advice is row and one.advice_outcome
            for fact in one.advice_outcome.supporting_facts()
        ),
        pattern_ids=tuple(dict.fromkeys(label for outcome, _ in supported for label in _find_pattern_ids(outcome))),
        missing_findings=missing_findings(rule, context, sides.keys()),
        notes=tuple(note for note in rule.notes if evaluate(note.block, context).truth is Truth.YES),
        caveats=tuple(caveat for caveat in rule.caveats if evaluate(caveat.block, context).truth is Truth.YES),
        offers=tuple(offer for offer in _offers_of(index, first) if _is_offered(offer, hook, context)),
    )


def _urgency_key(evaluation: RuleEvaluation) -> tuple[int, int]:
    row = evaluation.advice
    assert row is not None  # noqa: S101 - as above
    return LEVELS.index(row.level), evaluation.rule.advice.index(row)


def _combined_side(evaluations: list[RuleEvaluation]) -> Side:
    """The sides that the order or a finding names. What names no side is judged on both, but nobody said both."""
    return combine_sides([judgement.side for judgement in evaluations if _names_side(judgement)])


def _names_side(evaluation: RuleEvaluation) -> bool:
    order = evaluation.order
    if order and order.region not in MIDLINE_REGIONS and order.side is not Side.UNSTATED:
        return True
    return any(
        isinstance(fact, Finding) and fact.side is not Side.UNSTATED for fact in evaluation.outcome.supporting_facts()
    )


def _find_pattern_ids(outcome: Outcome) -> list[str]:
    """The patterns that make it hold; a branch that does not hold adds none."""
    if outcome.truth is not Truth.YES:
        return []
    own = [outcome.pattern_id] if outcome.pattern_id else []
    return own + [label for part in outcome.parts if part.role != "none" for label in _find_pattern_ids(part)]


def _offers_of(index: ChartIndex, evaluation: RuleEvaluation) -> list[Offer]:
    assert evaluation.advice is not None  # noqa: S101 - as above
    return [index.content.offers[offer] for offer in evaluation.advice.offers]


def _is_offered(offer: Offer, hook: str, context: EvaluationContext) -> bool:
    if offer.hooks is not None and hook not in offer.hooks:
        return False
    if any(_is_withheld(withhold, offer, context.index) for withhold in context.index.content.policy.withheld_imaging):
        return False
    return offer.withheld_when is None or evaluate(offer.withheld_when, context).truth is not Truth.YES


def _is_withheld(withheld_imaging: WithheldImaging, offer: Offer, index: ChartIndex) -> bool:
    return (
        not withheld_imaging.modalities.isdisjoint(offer.modalities)
        and evaluate(withheld_imaging.block, EvaluationContext(index, Side.BOTH)).truth is Truth.YES
    )
