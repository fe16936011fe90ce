"""Read all mentions of a sentence: pains, signs and what frames state, with their qualifiers and sides."""

from collections.abc import Mapping
from typing import NamedTuple

from cds_service.model.sides import Side
from cds_service.narrative.frames import sites
from cds_service.narrative.frames.all_frames import FrameReader
from cds_service.narrative.frames.antecedent import NOTHING, Antecedent
from cds_service.narrative.frames.pain import PainReader
from cds_service.narrative.frames.subject import Subject
from cds_service.narrative.items import Row
from cds_service.narrative.lexicon import FrameTable, PhraseMeaning
from cds_service.narrative.mentions import Mention, read_signs
from cds_service.narrative.qualifiers import qualify
from cds_service.narrative.sides import place_sides


class Found(NamedTuple):
    """What a sentence names. `last_pain`: the chain of its last pain, 0 if that is elsewhere, None without one."""

    mentions: list[Mention]
    places_without_pain: list[PhraseMeaning]
    last_pain: int | None


class MentionReader:
    """Reads the mentions of a sentence. Created once and never changed, so it is safe to share."""

    def __init__(self, tables: Mapping[str, FrameTable]) -> None:
        self._frames = FrameReader(tables)
        regions = tables.get(sites.NAME, {}).get(sites.TENDER, {})
        self._tender = frozenset(regions)

    def may_mention(self, row: Row) -> bool:
        """Return whether a sentence names anything that may be a finding."""
        return any(item.entry.saying for item in row) or self._frames.has_head(row)

    def read(self, row: Row, antecedent: Antecedent = NOTHING) -> Found:
        """Return the mentions, the places of pain named without a pain, and the last pain."""
        pains = PainReader(row, self._tender, antecedent)
        mentions = [*pains.mentions, *read_signs(row), *self._frames.read(row)]
        if antecedent.is_ours is False:
            mentions = [mention for mention in mentions if mention.about is not Subject.UNSAID]
        qualify(row, mentions)
        place_sides(row, mentions)
        side = antecedent.side if pains.opening is Side.UNSTATED else pains.opening
        for mention in pains.mentions if pains.referring and side is not Side.UNSTATED else ():
            if mention.chain in pains.referring and mention.radiates and mention.side is Side.UNSTATED:
                mention.side = side
        last = pains.last
        return Found(mentions, pains.places_without_pain, None if last is None else last.chain if last.is_ours else 0)
