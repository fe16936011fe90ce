"""Whether the name of a part of the body is meant as its disease: "cauda equina" beside a suspicion or a denial is."""

from collections.abc import Sequence
from typing import Final

from cds_service.narrative.context.carrying import PlacedCue
from cds_service.narrative.context.cues_behind import NEAR, is_small
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item
from cds_service.narrative.words.lexicon import CueEffect, Mark

_LISTS: Final = (Mark.LIST, Mark.JOINED)
_ARTICLES: Final = frozenset({"the", "at the", "in the", "of the"})
_SUSPECTING: Final = frozenset({CueEffect.HYPOTHETICAL, CueEffect.NEGATED, CueEffect.ADVICE, CueEffect.HISTORICAL})


def is_meant(items: Sequence[Item], cues: Sequence[PlacedCue], mention: Mention) -> bool:
    """Return whether a part of the body is named for its disease: a cue stands next to it, or it stands alone."""
    behind = items[mention.last + 1 :]
    if mention.saying.is_asked or all(is_small(item) or item.entry.saying for item in items):
        return True
    names_more = bool(behind) and behind[0].is_unknown  # "no cauda equina root thickening"
    return any(
        one.cue.effect in _SUSPECTING
        and _is_next(items, one, mention)
        and not (names_more and one.cue.effect is CueEffect.NEGATED)
        for one in cues
        if abs(one.place - mention.place) <= NEAR
    )


def _is_next(items: Sequence[Item], placed: PlacedCue, mention: Mention) -> bool:
    if placed.cue.is_before and placed.place < mention.first:
        between = items[placed.place + 1 : mention.first]
        if (
            placed.cue.is_listing
            and placed.cue.effect is CueEffect.NEGATED
            and between
            and between[-1].is_marked(*_LISTS)
        ):
            return True  # "ruled out: hip fracture, cauda equina"
        return not any(item.is_unknown or item.text in _ARTICLES for item in between)
    between = items[mention.last + 1 : placed.place]
    return placed.place > mention.last and not placed.cue.is_before and all(is_small(item) for item in between)
