"""The frame of normal anatomy: a part of the body that is found normal, which denies its disease."""

from collections.abc import Iterator

from cds_service.narrative.frames.examination import SHARED, ExaminationFrame, speaks_of
from cds_service.narrative.frames.tokens import Part, Token
from cds_service.narrative.items import Row
from cds_service.narrative.lexicon import Mark
from cds_service.narrative.mentions import Mention

_SEEN, _DISEASE, _JOINT = "structure-seen", "disease", "joint"
_JOINT_SPACE, _HIP = "joint-space", "hip"


class NormalAnatomyFrame(ExaminationFrame):
    """Reads "labrum intact on the left", "vertebral heights preserved", "canal and foramina patent".

    It only denies: what else a structure may be, such as torn, is a disease and read by that frame.
    """

    name = "anatomy-normal"
    kinds = frozenset({_SEEN, _JOINT}) | SHARED
    heads = frozenset({_SEEN})
    present = frozenset()
    absent = frozenset({"normal"})
    takes_unknown = 1
    names_pairs = False
    foreign = Part.BREAK

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield what is normal, unless something is excepted: "intact apart from a small tear"."""
        if not any(item.is_marked(Mark.EXCEPT) for item in row):
            yield from super().read(row)

    def head(self, row: Row, at: int) -> Token | None:
        """Return a structure as a head."""
        concept = row[at].concept(_SEEN)
        if concept is None or (concept == _JOINT_SPACE and not speaks_of(row, _JOINT, _HIP)):
            return None
        return Token(Part.HEAD, at, concept)

    def result(self, row: Row, at: int) -> Token | None:
        """Return a result; a disease is one that denies nothing."""
        if row[at].concept(_DISEASE):
            return Token(Part.RESULT, at, words=(at,))
        return super().result(row, at)
