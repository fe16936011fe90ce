"""Read all mentions of a sentence: pains, signs and what frames state, with their qualifiers and sides."""

from collections.abc import Mapping
from dataclasses import replace

from cds_service.narrative.frames.all_frames import FrameReader
from cds_service.narrative.items import UNKNOWN_ITEM, Item, Role, Row
from cds_service.narrative.lexicon import FrameTable, PhraseMeaning
from cds_service.narrative.mentions import Mention, read_signs
from cds_service.narrative.pains import PainReader
from cds_service.narrative.qualifiers import qualify
from cds_service.narrative.sides import place_sides


class MentionReader:
    """Reads the mentions of a sentence. Created once and never changed, so it is safe to share."""

    def __init__(self, tables: Mapping[str, FrameTable]) -> None:
        self._frames = FrameReader(tables)

    def may_mention(self, row: Row) -> bool:
        """Return whether a sentence names anything that may be a finding."""
        return any(item.entry.saying for item in row) or self._frames.has_head(row)

    def read(self, row: Row) -> tuple[list[Mention], list[PhraseMeaning]]:
        """Return the mentions, and the places of pain that the sentence names without a pain."""
        stated = list(self._frames.read(row))
        taken = {place for mention in stated for place in mention.parts}
        pains = PainReader(_without(row, taken))
        signs = [sign for sign in read_signs(row) if sign.place not in taken]
        for mention in stated:
            _name(row, mention)
        mentions = [*pains.mentions, *sorted((*signs, *stated), key=lambda mention: mention.place)]
        qualify(row, mentions)
        place_sides(row, mentions)
        return mentions, pains.places_without_pain


def _name(row: Row, mention: Mention) -> None:
    """Let a frame's head stand for its finding, as a phrase does, and let no part of it be an unknown word."""
    for place in mention.parts:
        item = row[place]
        row[place] = item._replace(is_unknown=False)
    entry = row[mention.place].entry
    if entry.saying is None:
        row[mention.place] = row[mention.place]._replace(entry=replace(entry, saying=mention.saying))


def _without(row: Row, taken: set[int]) -> list[Item]:
    """Return a sentence whose places of pain are none where a frame has them: "groin pain, hip arthritis"."""
    hidden = [place for place in taken if row[place].role is Role.PLACE]
    if not hidden:
        return row
    items = list(row)
    for place in hidden:
        items[place] = UNKNOWN_ITEM
    return items
