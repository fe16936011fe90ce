"""What a card may name as not recorded: what its rule asks for, then what published figures say discriminates best."""

from collections.abc import Collection, Iterator
from itertools import chain, islice

from cds_service.logic.index import ChartIndex
from cds_service.logic.judging import judge
from cds_service.logic.view import View
from cds_service.model.content import Ask, Discriminator, Rule
from cds_service.model.facts import NOT_RECORDED
from cds_service.model.outcome import Truth
from cds_service.model.sides import Side

ASKED_AT_MOST = 3  # clinical design §5, "Not recorded, and would help"


def choose_asks(rule: Rule, view: View, sides: Collection[Side]) -> tuple[Ask, ...]:
    """Up to three findings not recorded on any of these sides: the rule's own first, then the best discriminating.

    `view`: the judging the card speaks from, which tells whom a figure's patients must resemble.
    """
    chosen = [ask for ask in rule.asks if is_open(ask, view.index, sides)]
    more = (one.ask for one in _discriminating(rule, view, sides) if one.ask not in rule.asks)
    return tuple(islice(chain(chosen, more), ASKED_AT_MOST))


def _discriminating(rule: Rule, view: View, sides: Collection[Side]) -> Iterator[Discriminator]:
    """The best first; of findings that measure the same thing one is enough, asked for or recorded."""
    settled: set[Ask] = set()
    for one in view.index.content.discriminators:
        if one.towards not in rule.asks_towards or one.ask in settled or not is_open(one.ask, view.index, sides):
            continue
        if _is_measured(one, view.index, sides) or judge(one.block, view).truth is not Truth.YES:
            continue
        settled |= one.same
        yield one


def _is_measured(one: Discriminator, index: ChartIndex, sides: Collection[Side]) -> bool:
    on_record = [other.finding for other in one.same if other.finding in index.by_id]
    return any(index.is_recorded(finding, side) for finding in on_record for side in sides)


def is_open(ask: Ask, index: ChartIndex, sides: Collection[Side]) -> bool:
    """Whether it could still be recorded: the finding on none of the sides, or a record without the qualifier."""
    if ask.finding not in index.by_id:
        return ask.qualifier is None
    if ask.qualifier is None:
        return not any(index.is_recorded(ask.finding, side) for side in sides)
    facts = [fact for side in sides for fact in index.state(ask.finding, side).present if index.is_current(fact)]
    return bool(facts) and all(fact.qualifiers.get(ask.qualifier, NOT_RECORDED) == NOT_RECORDED for fact in facts)
