"""The recommendation of a rule that speaks: its orders, side, facts, missing findings and offers."""

from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.evaluation import evaluate
from cds_service.logic.evaluation_context import EvaluationContext
from cds_service.logic.missing_findings import missing_findings
from cds_service.logic.order_sides import MIDLINE_REGIONS
from cds_service.logic.override_reasons import offered_overrides
from cds_service.model.content import LEVELS, Advice, Note, Offer, Rule
from cds_service.model.decision import Recommendation, RuleEvaluation, RuleTrace
from cds_service.model.facts import Finding, Imaging, Stage, distinct
from cds_service.model.outcome import Outcome, Truth
from cds_service.model.sides import Side, combine_sides


def recommend(index: ChartIndex, trace: RuleTrace, hook: str) -> Recommendation:
    """Combine what a rule says for several sides or orders into one recommendation, under its most urgent advice."""
    rule = trace.rule
    speaking = [(evaluation, evaluation.advice) for evaluation in trace.evaluations if evaluation.advice]
    leading, advice = min(speaking, key=lambda pair: (LEVELS.index(pair[1].level), rule.advice.index(pair[1])))
    evaluations = [
        evaluation
        for evaluation, row in speaking
        # A statement about the patient on one side may not be true of the other.
        if rule.about != "patient" or row.card == advice.card
    ]
    context = EvaluationContext(index, leading.side, leading.order)
    # The side with the most supporting facts comes first: its facts describe the patient on the card.
    supported = [(evaluation.outcome, evaluation.outcome.supporting_facts()) for evaluation in evaluations]
    supported.sort(key=lambda pair: -len(pair[1]))
    sides = {side: None for evaluation in evaluations for side in evaluation.side.single_sides}
    facts = distinct(fact for _, supporting in supported for fact in supporting)
    chosen_by = [one.advice_outcome for one in evaluations if one.advice is advice and one.advice_outcome]
    advice_facts = distinct(fact for outcome in chosen_by for fact in outcome.supporting_facts())
    outcomes = [*(outcome for outcome, _ in supported), *chosen_by]
    orders = distinct(evaluation.order for evaluation in evaluations if evaluation.order)
    offers = _find_offers(rule, advice, hook, context)
    return Recommendation(
        rule=rule,
        advice=advice,
        orders=orders,
        # Only sides that the order or a finding names: where none is named, both were evaluated, but nobody said both.
        side=combine_sides(evaluation.side for evaluation in evaluations if _names_side(evaluation)),
        facts=facts,
        advice_facts=advice_facts,
        pattern_ids=tuple(dict.fromkeys(pattern for outcome, _ in supported for pattern in _find_pattern_ids(outcome))),
        missing_findings=missing_findings(rule, advice, context, sides.keys()),
        notes=_find_notes(rule, orders, offers, context),
        caveats=tuple(caveat for caveat in rule.caveats if evaluate(caveat.block, context).truth is Truth.YES),
        offers=offers,
        overrides=offered_overrides(rule.overrides, index.content, (*facts, *advice_facts), outcomes),
    )


def _find_offers(rule: Rule, advice: Advice, hook: str, context: EvaluationContext) -> tuple[Offer, ...]:
    offers = (context.index.content.offers[offer_id] for offer_id in advice.offers)
    return tuple(
        offer for offer in offers if _is_offered(offer, hook, context) and _is_earned(offer, rule, advice, context)
    )


def _find_notes(
    rule: Rule, orders: tuple[Imaging, ...], offers: tuple[Offer, ...], context: EvaluationContext
) -> tuple[Note, ...]:
    """Return the notes of the rule that hold, and those on imaging that its card offers, or keeps as it is ordered."""
    modalities = {order.modality for order in orders if order.stage is not Stage.STUDY}
    modalities |= {modality for offer in offers for modality in offer.modalities}
    notes = [note for note in rule.notes if evaluate(note.block, context).truth is Truth.YES]
    patient = EvaluationContext(context.index, Side.BOTH)
    notes += [
        row.note
        for row in context.index.content.policy.imaging_notes
        if not row.modalities.isdisjoint(modalities) and evaluate(row.note.block, patient).truth is Truth.YES
    ]
    return tuple(notes)


def _names_side(evaluation: RuleEvaluation) -> bool:
    order = evaluation.order
    if order and order.region not in MIDLINE_REGIONS and order.side is not Side.UNSTATED:
        return True
    return any(
        isinstance(fact, Finding) and fact.side is not Side.UNSTATED for fact in evaluation.outcome.supporting_facts()
    )


def _find_pattern_ids(outcome: Outcome) -> list[str]:
    """Return the patterns that make the outcome hold; a branch that does not hold adds none."""
    if outcome.truth is not Truth.YES:
        return []
    pattern_ids = [outcome.pattern_id] if outcome.pattern_id else []
    return pattern_ids + [
        pattern_id for part in outcome.parts if part.role != "none" for pattern_id in _find_pattern_ids(part)
    ]


def _is_earned(offer: Offer, rule: Rule, advice: Advice, context: EvaluationContext) -> bool:
    """Return whether an offer may be made: restraint needs what the rule's restraint must earn."""
    is_granted = not offer.is_restraint or advice.is_restraint
    return is_granted or evaluate(rule.restraint, context).truth is Truth.YES


def _is_offered(offer: Offer, hook: str, context: EvaluationContext) -> bool:
    if offer.hooks is not None and hook not in offer.hooks:
        return False
    for withheld_imaging in context.index.content.policy.withheld_imaging:
        if (
            not withheld_imaging.modalities.isdisjoint(offer.modalities)
            and evaluate(withheld_imaging.block, EvaluationContext(context.index, Side.BOTH)).truth is Truth.YES
        ):
            return False
    return offer.withheld_when is None or evaluate(offer.withheld_when, context).truth is not Truth.YES
