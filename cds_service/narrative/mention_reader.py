"""Read all mentions of a sentence: pains, signs and what frames state, with their qualifiers and sides."""

from collections.abc import Mapping

from cds_service.narrative.frames.all_frames import FrameReader
from cds_service.narrative.items import Row
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
        pains = PainReader(row)
        mentions = [*pains.mentions, *read_signs(row), *self._frames.read(row)]
        qualify(row, mentions)
        place_sides(row, mentions)
        return mentions, pains.places_without_pain
