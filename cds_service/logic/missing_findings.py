"""What a card may name as not recorded: what its rule asks for, then what published figures say discriminates best."""

from collections.abc import Collection, Iterator
from itertools import chain, islice

from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.evaluation import evaluate
from cds_service.logic.evaluation_context import EvaluationContext
from cds_service.model.content import Ask, Discriminator, Rule
from cds_service.model.facts import NOT_RECORDED
from cds_service.model.outcome import Truth
from cds_service.model.sides import Side

MAX_MISSING_FINDINGS = 3  # clinical design §5, "Not recorded, and would help"


def missing_findings(rule: Rule, context: EvaluationContext, sides: Collection[Side]) -> tuple[Ask, ...]:
    """Up to three findings not recorded on any of these sides: the rule's own first, then the best discriminating.

    `view`: the judging the card speaks from, which tells whom a figure's patients must resemble.
    """
    chosen = [ask for ask in rule.asks if is_missing(ask, context.index, sides)]
    more = (one.ask for one in _rank_discriminators(rule, context, sides) if one.ask not in rule.asks)
    return tuple(islice(chain(chosen, more), MAX_MISSING_FINDINGS))


def _rank_discriminators(rule: Rule, context: EvaluationContext, sides: Collection[Side]) -> Iterator[Discriminator]:
    """The best first; of findings that measure the same thing one is enough, asked for or recorded."""
    settled: set[Ask] = set()
    for one in context.index.content.discriminators:
        if (
            one.towards not in rule.discriminator_regions
            or one.ask in settled
            or not is_missing(one.ask, context.index, sides)
        ):
            continue
        if _is_measured_otherwise(one, context.index, sides) or evaluate(one.block, context).truth is not Truth.YES:
            continue
        settled |= one.same_measure
        yield one


def _is_measured_otherwise(discriminator: Discriminator, index: ChartIndex, sides: Collection[Side]) -> bool:
    on_record = [other.finding for other in discriminator.same_measure if other.finding in index.findings_by_id]
    return any(index.is_recorded(finding, side) for finding in on_record for side in sides)


def is_missing(ask: Ask, index: ChartIndex, sides: Collection[Side]) -> bool:
    """Whether it could still be recorded: the finding on none of the sides, or a record without the qualifier."""
    if ask.finding not in index.findings_by_id:
        return ask.qualifier is None
    if ask.qualifier is None:
        return not any(index.is_recorded(ask.finding, side) for side in sides)
    facts = [
        fact for side in sides for fact in index.finding_state(ask.finding, side).present if index.is_current(fact)
    ]
    return bool(facts) and all(fact.qualifiers.get(ask.qualifier, NOT_RECORDED) == NOT_RECORDED for fact in facts)
