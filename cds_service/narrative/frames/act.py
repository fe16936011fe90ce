"""The frame of acts: an operation, an injection or a therapy, with its agent and the joint or level, in any order."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from cds_service.narrative.frames.clause import Clause, Slot
from cds_service.narrative.frames.frame import Frame
from cds_service.narrative.frames.place_table import PLACE_KINDS, find_meanings
from cds_service.narrative.frames.slot_sides import side_of
from cds_service.narrative.items import Row
from cds_service.narrative.lexicon import PhraseMeaning
from cds_service.narrative.mentions import Mention

_ACT, _AGENT, _TRIED, _RESPONSE = "act", "agent", "tried", "response"
_INJECTION = "injection"
# Which agent names an injection of several: what else is injected numbs, or makes it visible.
_AGENTS: Final = ("steroid", "biologic", "other-agent", "anaesthetic")
# What is done to a structure may have a name of its own.
_NAMED_BY_STRUCTURE: Final = {("excision", "disc"): "discectomy"}


class ActFrame(Frame):
    """Reads what was done, and where: "Injection of steroid into joint of hip", "Fusion, L5-S1"."""

    name = "act"
    kinds = frozenset({_ACT, _AGENT, _TRIED, *PLACE_KINDS})
    heads = frozenset({_ACT})

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield each act that is a finding where it was done."""
        clause = Clause(row, frozenset({_AGENT, *PLACE_KINDS}), frozenset({_ACT, "disease", "refusal"}))
        for head in row.kinds[_ACT]:
            slots = clause.around(head)
            name = self._name(row, head, slots)
            for meaning, places in find_meanings(self.table.get(name, {}), row, slots):
                yield self._mention(row, head, meaning, slots if places else [])

    def _name(self, row: Row, head: int, slots: list[Slot]) -> str:
        """Return what an act is called: an injection by its agent."""
        act = row[head].concept(_ACT) or ""
        if act != _INJECTION:
            found = (_NAMED_BY_STRUCTURE.get((act, row[slot.at].concept("structure") or "")) for slot in slots)
            return next((name for name in found if name), act)
        agents = {row[at].concept(_AGENT) for at in (head, *(slot.at for slot in slots))}
        return next((agent for agent in _AGENTS if agent in agents), act)

    def _mention(self, row: Row, head: int, meaning: PhraseMeaning, slots: list[Slot]) -> Mention:
        span = (head, *(slot.at for slot in slots if slot.is_inside))
        parts = (head, *(slot.at for slot in slots))
        mention = Mention(head, self._had(row, head, meaning), min(span), max(span), parts=parts)
        places = [slot for slot in slots if not row[slot.at].concept(_AGENT)]
        mention.side, mention.is_sided = side_of(row, head, places, mention.first, mention.last), True
        return mention

    def _had(self, row: Row, head: int, meaning: PhraseMeaning) -> PhraseMeaning:
        """Return the meaning of what was tried in the past, and told with its outcome: that it was had."""
        is_tried = any(at < head for at in row.kinds.get(_TRIED, ()))
        is_told = is_tried and any(_RESPONSE in item.entry.qualifiers for item in row)
        return replace(meaning, past=meaning.records[0]) if is_told and meaning.records else meaning
