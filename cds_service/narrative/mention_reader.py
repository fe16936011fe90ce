"""Read all mentions of a sentence: pains, signs and what frames state, with their qualifiers and sides."""

from collections.abc import Iterator, Mapping

from cds_service.model.facts import FindingValue
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

    def stated(self, row: Row) -> Iterator[Mention]:
        """Yield what frames alone read as present, before any context."""
        return (mention for mention in self._frames.read(row) if mention.value is FindingValue.PRESENT)

    def read(self, row: Row) -> tuple[list[Mention], list[PhraseMeaning]]:
        """Return the mentions, and the places of pain that the sentence names without a pain."""
        stated = list(self._frames.read(row))
        if stated:
            pains, mentions = self._beside(row, stated)
        else:
            pains = PainReader(row)
            mentions = [*pains.mentions, *read_signs(row)]
        qualify(row, mentions)
        place_sides(row, mentions)
        return mentions, pains.places_without_pain

    def _beside(self, row: Row, stated: list[Mention]) -> tuple[PainReader, list[Mention]]:
        """Read pains and signs beside what frames state: a word that is a part of it says nothing else."""
        taken = {place for mention in stated for place in mention.parts}
        pains = PainReader(_without(row, taken))
        signs = [sign for sign in read_signs(row) if sign.place not in taken]
        mentions = [*pains.mentions, *sorted((*signs, *stated), key=lambda mention: mention.place)]
        for mention in stated:
            row.name((mention.place, *mention.parts), mention.saying)
        return pains, mentions


def _without(row: Row, taken: set[int]) -> list[Item]:
    """Return a sentence whose places of pain are none where a frame has them: "groin pain, hip arthritis"."""
    hidden = [place for place in taken if row[place].role is Role.PLACE]
    if not hidden:
        return row
    items = list(row)
    for place in hidden:
        items[place] = UNKNOWN_ITEM
    return items
