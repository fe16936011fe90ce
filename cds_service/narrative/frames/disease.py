"""The frame of diseases: a disease and the joint or level it is at, in either order."""

from collections.abc import Iterator

from cds_service.narrative.frames.frame import Frame
from cds_service.narrative.items import Row
from cds_service.narrative.lexicon import Mark
from cds_service.narrative.mentions import Mention

_DISEASE, _PLACE = "disease", "joint"
_REACH = 6  # items between a disease and its place


class DiseaseFrame(Frame):
    """Reads a disease with its joint or spinal level: "DJD of both hips", "severe L4-5 stenosis"."""

    name = "disease"
    kinds = frozenset({_DISEASE, _PLACE})
    heads = frozenset({_DISEASE})

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield each disease whose place makes it a finding."""
        for place in row.kinds[_DISEASE]:
            meanings = self.table.get(row[place].concept(_DISEASE) or "", {})
            at = self._place_of(row, place)
            meaning = meanings.get(row[at].concept(_PLACE) or "" if at is not None else "")
            if meaning:
                other = place if at is None else at
                yield Mention(place, meaning, min(place, other), max(place, other))

    def _place_of(self, row: Row, disease: int) -> int | None:
        """Return the nearest joint or level of the clause, of two equally near the one behind."""
        found = [at for at in row.kinds.get(_PLACE, ()) if self._is_joined(row, disease, at)]
        return min(found, key=lambda at: (abs(at - disease), at < disease), default=None)

    def _is_joined(self, row: Row, disease: int, at: int) -> bool:
        between = row[min(disease, at) + 1 : max(disease, at)]
        return len(between) <= _REACH and not any(
            item.is_marked(Mark.STOP) or item.concept(_DISEASE) for item in between
        )
