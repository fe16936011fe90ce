"""The frame of diseases: a disease and the joint, structure or level it is at, in any order."""

from collections.abc import Iterator

from cds_service.narrative.frames.clause import ABOUT, PLACE_KINDS, Clause, Slot, is_about
from cds_service.narrative.frames.frame import Frame
from cds_service.narrative.frames.grades import NUMERAL, SCALE, severity_at
from cds_service.narrative.frames.place_table import find_meanings
from cds_service.narrative.frames.slot_sides import MODIFIER, side_of
from cds_service.narrative.items import Row
from cds_service.narrative.lexicon import Mark, PhraseMeaning
from cds_service.narrative.mentions import Mention

_DISEASE, _AFTER = "disease", "act"
_SEVERITY = "severity"
_SCALE_REACH = 8  # items between a disease and the grade of its films
_NAME_REACH = 3  # items between a disease and the operation called after it
_OPERATED = frozenset({("hernia", "repair")})  # an operation's name, and no disease that is there


class DiseaseFrame(Frame):
    """Reads a disease with its joint or spinal level: "DJD of both hips", "severe L4-5 stenosis"."""

    name = "disease"
    kinds = frozenset({_DISEASE, SCALE, NUMERAL, *PLACE_KINDS, "showing", MODIFIER, ABOUT})
    heads = frozenset({_DISEASE, SCALE})

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield each disease whose place makes it a finding."""
        clause = Clause(row, PLACE_KINDS, frozenset({_DISEASE, _AFTER, SCALE}))
        heads = row.kinds.get(_DISEASE, [])
        for head in heads:
            if not (self._is_operation(row, head) or is_about(row, head)):
                yield from self._at(row, head, row[head].concept(_DISEASE) or "", clause.around(head))
        for scale in row.kinds.get(SCALE, []):
            severity = severity_at(row, scale)
            if severity and not any(abs(head - scale) <= _SCALE_REACH for head in heads):
                yield from self._at(row, scale, row[scale].concept(SCALE) or "", clause.around(scale))

    def _at(self, row: Row, head: int, name: str, slots: list[Slot]) -> Iterator[Mention]:
        for meaning, places in find_meanings(self.table.get(name, {}), row, slots):
            yield self._mention(row, head, meaning, places)

    def _mention(self, row: Row, head: int, meaning: PhraseMeaning, places: list[Slot]) -> Mention:
        span = (head, *(slot.at for slot in places if slot.is_inside))
        first, last = min(span), max(span)
        mention = Mention(head, meaning, first, last, parts=(head, *(slot.at for slot in places)))
        mention.side, mention.is_sided = side_of(row, head, places, first, last), True
        near = [at for at in row.kinds.get(SCALE, ()) if first - _SCALE_REACH <= at <= last + _SCALE_REACH]
        scales = [head] if head in near else near
        grades = {severity_at(row, at) for at in scales} - {None}
        if _SEVERITY in meaning.takes and len(grades) == 1:
            mention.qualifiers[_SEVERITY] = grades.pop() or ""
        return mention

    def _is_operation(self, row: Row, head: int) -> bool:
        """Return whether a disease is only what an operation beside it is called after: "hernia repair"."""
        near = [at for at in row.kinds.get(_AFTER, ()) if abs(at - head) <= _NAME_REACH]
        return any(
            (row[head].concept(_DISEASE), row[at].concept(_AFTER)) in _OPERATED
            and not any(item.is_marked(Mark.STOP, Mark.LIST) for item in row[min(at, head) + 1 : max(at, head)])
            for at in near
        )
