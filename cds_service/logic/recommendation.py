"""The recommendation of a rule that speaks: its orders, side, facts, missing findings and offers."""

import msgspec

from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.evaluation_context import EvaluationContext
from cds_service.logic.holding import does_hold
from cds_service.logic.missing_findings import missing_findings
from cds_service.logic.order_sides import MIDLINE_REGIONS
from cds_service.logic.override_reasons import offered_overrides
from cds_service.model.content import LEVELS, Advice, Note, Offer, Rule
from cds_service.model.decision import Recommendation, RuleEvaluation, RuleTrace
from cds_service.model.facts import Fact, Finding, Imaging, Stage, distinct
from cds_service.model.outcome import Outcome, facts_of
from cds_service.model.sides import Side, combine_sides


class _Supported(msgspec.Struct, frozen=True, gc=False):
    """An evaluation with the outcomes that make it hold, and their facts."""

    evaluation: RuleEvaluation
    holding: list[Outcome]
    facts: tuple[Fact, ...]


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
    supported = [_support(evaluation) for evaluation in evaluations]
    supported.sort(key=lambda one: -len(one.facts))
    sides = {side: None for evaluation in evaluations for side in evaluation.side.single_sides}
    holding = [outcome for one in supported for outcome in one.holding]
    facts = facts_of(holding)
    chosen_by = [one.advice_outcome for one in evaluations if one.advice is advice and one.advice_outcome]
    choosing = [part for outcome in chosen_by for part in outcome.list_holding()]
    advice_facts = facts_of(choosing)
    orders = distinct(evaluation.order for evaluation in evaluations if evaluation.order)
    offers = _find_offers(rule, advice, hook, context)
    return Recommendation(
        rule=rule,
        advice=advice,
        orders=orders,
        # Only sides that the order or a finding names: where none is named, both were evaluated, but nobody said both.
        side=combine_sides([one.evaluation.side for one in supported if _names_side(one)]),
        facts=facts,
        advice_facts=advice_facts,
        pattern_ids=tuple(dict.fromkeys([one.pattern_id for one in holding if one.pattern_id])),
        missing_findings=missing_findings(rule, advice, context, sides.keys()),
        notes=_find_notes(rule, orders, offers, context),
        caveats=tuple(caveat for caveat in rule.caveats if does_hold(caveat.block, context)),
        offers=offers,
        overrides=offered_overrides(rule.overrides, index.content, (*facts, *advice_facts), (*holding, *choosing)),
    )


def _support(evaluation: RuleEvaluation) -> _Supported:
    holding = evaluation.outcome.list_holding()
    return _Supported(evaluation, holding, facts_of(holding))


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
    notes = [note for note in rule.notes if does_hold(note.block, context)]
    patient = EvaluationContext(context.index, Side.BOTH)
    notes += [
        row.note
        for row in context.index.content.policy.imaging_notes
        if not row.modalities.isdisjoint(modalities) and does_hold(row.note.block, patient)
    ]
    return tuple(notes)


def _names_side(one: _Supported) -> bool:
    order = one.evaluation.order
    if order and order.region not in MIDLINE_REGIONS and order.side is not Side.UNSTATED:
        return True
    return any(isinstance(fact, Finding) and fact.side is not Side.UNSTATED for fact in one.facts)


def _is_earned(offer: Offer, rule: Rule, advice: Advice, context: EvaluationContext) -> bool:
    """Return whether an offer may be made: restraint needs what the rule's restraint must earn."""
    is_granted = not offer.is_restraint or advice.is_restraint
    return is_granted or does_hold(rule.restraint, context)


def _is_offered(offer: Offer, hook: str, context: EvaluationContext) -> bool:
    if offer.hooks is not None and hook not in offer.hooks:
        return False
    for withheld_imaging in context.index.content.policy.withheld_imaging:
        if not withheld_imaging.modalities.isdisjoint(offer.modalities) and does_hold(
            withheld_imaging.block, EvaluationContext(context.index, Side.BOTH)
        ):
            return False
    return offer.withheld_when is None or not does_hold(offer.withheld_when, context)
