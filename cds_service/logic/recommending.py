"""From a rule that speaks to one recommendation: its orders and sides, facts, what to ask, what to offer."""

from cds_service.logic.asking import choose_asks
from cds_service.logic.index import MIDLINE, ChartIndex
from cds_service.logic.judging import judge
from cds_service.logic.view import View
from cds_service.model.content import LEVELS, Offer, Withhold
from cds_service.model.decision import Judgement, Recommendation, RuleTrace
from cds_service.model.facts import Finding
from cds_service.model.outcome import Outcome, Truth, distinct
from cds_service.model.sides import Side, union


def recommend(index: ChartIndex, trace: RuleTrace, hook: str) -> Recommendation:
    """Bring what a rule says on several sides, or of several orders, together under its most urgent advice."""
    held = [judgement for judgement in trace.judgements if judgement.row]
    first = min(held, key=_urgency)
    rule, row = first.rule, first.row
    assert row is not None  # noqa: S101 - held judgements have a row
    if rule.about == "patient":  # what is said of one side may not be true of the other
        held = [judgement for judgement in held if judgement.row and judgement.row.card == row.card]
    view = View(index, first.side, first.order)
    # The side with most behind it leads: its facts are the patient's own words for the card.
    supported = [(judgement.outcome, judgement.outcome.supporting()) for judgement in held]
    supported.sort(key=lambda one: -len(one[1]))
    sides = {side: None for judgement in held for side in judgement.side.judged}
    return Recommendation(
        rule=rule,
        row=row,
        orders=distinct(judgement.order for judgement in held if judgement.order),
        side=_side_of(held),
        facts=distinct(fact for _, facts in supported for fact in facts),
        advised_by=distinct(fact for one in held if one.row is row and one.advice for fact in one.advice.supporting()),
        patterns=tuple(dict.fromkeys(label for outcome, _ in supported for label in _labels(outcome))),
        asks=choose_asks(rule, view, sides.keys()),
        notes=tuple(note for note in rule.notes if judge(note.block, view).truth is Truth.YES),
        caveats=tuple(caveat for caveat in rule.caveats if judge(caveat.block, view).truth is Truth.YES),
        offers=tuple(offer for offer in _offers(index, first) if _is_offered(offer, hook, view)),
    )


def _urgency(judgement: Judgement) -> tuple[int, int]:
    row = judgement.row
    assert row is not None  # noqa: S101 - as above
    return LEVELS.index(row.level), judgement.rule.advice.index(row)


def _side_of(held: list[Judgement]) -> Side:
    """The sides that the order or a finding names. What names no side is judged on both, but nobody said both."""
    return union([judgement.side for judgement in held if _is_stated(judgement)])


def _is_stated(judgement: Judgement) -> bool:
    order = judgement.order
    if order and order.region not in MIDLINE and order.side is not Side.UNSTATED:
        return True
    return any(isinstance(fact, Finding) and fact.side is not Side.UNSTATED for fact in judgement.outcome.supporting())


def _labels(outcome: Outcome) -> list[str]:
    """The patterns that make it hold; a branch that does not hold adds none."""
    if outcome.truth is not Truth.YES:
        return []
    own = [outcome.label] if outcome.label else []
    return own + [label for part in outcome.parts if part.role != "none" for label in _labels(part)]


def _offers(index: ChartIndex, judgement: Judgement) -> list[Offer]:
    assert judgement.row is not None  # noqa: S101 - as above
    return [index.content.offers[offer] for offer in judgement.row.offers]


def _is_offered(offer: Offer, hook: str, view: View) -> bool:
    if offer.hooks is not None and hook not in offer.hooks:
        return False
    if any(_forbids(withhold, offer, view.index) for withhold in view.index.content.policy.withholds):
        return False
    return offer.withheld is None or judge(offer.withheld, view).truth is not Truth.YES


def _forbids(withhold: Withhold, offer: Offer, index: ChartIndex) -> bool:
    return (
        not withhold.modalities.isdisjoint(offer.modalities)
        and judge(withhold.block, View(index, Side.BOTH)).truth is Truth.YES
    )
