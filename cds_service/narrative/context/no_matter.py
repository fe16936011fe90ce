"""Which mentions are no matter of a cue before them, though its scope reaches them."""

from collections.abc import Sequence
from typing import Final

from cds_service.narrative.context.boxes import stands_behind
from cds_service.narrative.context.carrying import PlacedCue
from cds_service.narrative.context.cue_limits import is_title_of_today, is_told_apart, names_examples
from cds_service.narrative.context.grounds import is_affirmed, is_ground
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Row
from cds_service.narrative.words.lexicon import Cue, CueEffect, Mark
from cds_service.narrative.words.tokenizer import EMPTY_BOX

_SUCH_AS: Final = "such as"


def is_out(
    items: Row, mentions: Sequence[Mention], denials: Sequence[PlacedCue], placed: PlacedCue, mention: Mention
) -> bool:
    """Return whether a mention is no matter of a cue before it: not next to what ended, or a suspicion's ground."""
    place, cue = placed
    if cue.effect is CueEffect.ENDED:
        between = items[place + 1 : mention.first]
        return not all(item.is_side or item.is_marked(Mark.LINK) for item in between)
    if items[place].text == EMPTY_BOX and stands_behind(items, mentions, place):
        return True
    if cue.effect is not CueEffect.HYPOTHETICAL:
        return place == 0 and is_title_of_today(items, cue, mentions, mention)
    if not cue.is_listing and is_told_apart(items, placed, mention):
        return True
    if cue.is_listing:
        return is_affirmed(items, mention)
    if items[place].text == _SUCH_AS and names_examples(items, place, denials):
        return True
    is_apart = _is_denied_apart(items, denials, place, mention) or _is_history(items, place, mention)
    return is_apart or is_ground(items, mentions, place, mention)


def _is_history(items: Row, place: int, mention: Mention) -> bool:
    """Return whether a history begins behind a comma, after what is suspected: "r/o metastasis, hx of lung cancer"."""
    comma = next((at for at in range(mention.first - 1, place + 1, -1) if items[at].text == ","), None)
    return comma is not None and any(_is_past(cue) for cue in items[comma + 1].entry.cues)


def _is_past(cue: Cue) -> bool:
    return cue.effect is CueEffect.HISTORICAL and cue.is_before


def _is_denied_apart(items: Row, denials: Sequence[PlacedCue], place: int, mention: Mention) -> bool:
    """Return whether a denial begins behind a comma, after what is suspected: "rule out fracture, no trauma"."""
    return any(place < one.place < mention.first and items[one.place - 1].text == "," for one in denials)
