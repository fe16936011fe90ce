"""Read severity, response and result from the words near a mention. Contradicting words are ignored."""

from cds_service.narrative.items import Item
from cds_service.narrative.lexicon import Mark
from cds_service.narrative.mentions import Mention

_ANYWHERE = "response"  # counts anywhere in the sentence; other qualifiers only directly beside the mention


def qualify(items: list[Item], mentions: list[Mention]) -> None:
    """Set the qualifiers of mentions from the words. These words are then not cues."""
    for mention in mentions:
        name = mention.saying.takes
        if name == _ANYWHERE:
            alone = len({id(one.saying) for one in mentions if one.saying.takes == name}) == 1
            _give(
                mention,
                name,
                [item.entry.qualifiers[name] for item in items if name in item.entry.qualifiers and alone],
            )
        elif name is not None:
            _give(mention, name, _beside(items, mention, name))


def _give(mention: Mention, name: str, values: list[str]) -> None:
    if len(set(values)) == 1:
        mention.qualifiers[name] = values[0]


def _beside(items: list[Item], mention: Mention, name: str) -> list[str]:
    """Return the values of adjacent items, and extend the mention over them."""
    found = []
    for step, start in ((-1, mention.place - 1), (1, mention.place + 1)):
        at = start
        while 0 <= at < len(items):
            item = items[at]
            if name in item.entry.qualifiers:
                found.append(item.entry.qualifiers[name])
                mention.first, mention.last = min(mention.first, at), max(mention.last, at)
            elif not (item.is_side or item.is_marked(Mark.LINK, Mark.RUN) or item.text == ","):
                break
            at += step
    return found
