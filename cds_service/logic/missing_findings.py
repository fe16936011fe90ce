"""What a card names as not recorded: what its rule asks for, then what discriminates best by published figures."""

from collections.abc import Collection, Iterator
from itertools import chain, islice

from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.evaluation_context import EvaluationContext
from cds_service.logic.holding import does_hold
from cds_service.model.content import Advice, Ask, Discriminator, Rule
from cds_service.model.sides import Side

MAX_MISSING_FINDINGS = 3  # clinical design §5, "Not recorded, and would help"


def missing_findings(
    rule: Rule, advice: Advice, context: EvaluationContext, sides: Collection[Side]
) -> tuple[Ask, ...]:
    """Return up to three findings that are not recorded on any of these sides: those of the advice or rule first.

    `context` is the one in which the rule speaks: figures are used only if the patient resembles those studied. Advice
    with asks of its own takes no others.
    """
    asks = [
        entry.ask
        for entry in (rule.asks if advice.asks is None else advice.asks)
        if is_missing(entry.ask, context.index, sides) and does_hold(entry.block, context)
    ]
    if advice.asks is not None:
        return tuple(asks[:MAX_MISSING_FINDINGS])
    own_asks = {entry.ask for entry in rule.asks}
    discriminators = _rank_discriminators(rule, context, sides)
    further_asks = (discriminator.ask for discriminator in discriminators if discriminator.ask not in own_asks)
    return tuple(islice(chain(asks, further_asks), MAX_MISSING_FINDINGS))


def _rank_discriminators(rule: Rule, context: EvaluationContext, sides: Collection[Side]) -> Iterator[Discriminator]:
    """Yield the best first. Of findings that measure the same thing, one asked for or recorded is enough."""
    covered_asks: set[Ask] = set()
    for discriminator in context.index.content.discriminators:
        if (
            discriminator.towards in rule.discriminator_regions
            and discriminator.ask not in covered_asks
            and is_missing(discriminator.ask, context.index, sides)
            and not _is_measured_otherwise(discriminator, context.index, sides)
            and does_hold(discriminator.block, context)
        ):
            covered_asks |= discriminator.same_measure
            yield discriminator


def _is_measured_otherwise(discriminator: Discriminator, index: ChartIndex, sides: Collection[Side]) -> bool:
    recorded = [ask.finding for ask in discriminator.same_measure if ask.finding in index.findings_by_id]
    return any(index.is_recorded(finding, side) for finding in recorded for side in sides)


def is_missing(ask: Ask, index: ChartIndex, sides: Collection[Side]) -> bool:
    """Return whether the finding is recorded on none of the sides, or all its records lack the asked qualifier."""
    if ask.finding not in index.findings_by_id:
        return ask.qualifier is None
    if ask.qualifier is None:
        return not any(index.is_recorded(ask.finding, side) for side in sides)
    facts = [
        fact for side in sides for fact in index.finding_state(ask.finding, side).present if index.is_current(fact)
    ]
    return bool(facts) and not any(fact.has_qualifier(ask.qualifier) for fact in facts)
