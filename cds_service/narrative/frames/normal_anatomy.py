"""The frame of normal anatomy: a part of the body, or a picture of it, that is normal, which denies its disease."""

from collections.abc import Iterator
from typing import Final

from cds_service.model.sides import Side
from cds_service.narrative.frames.both_sides import names_both_limbs
from cds_service.narrative.frames.claims import Claim
from cds_service.narrative.frames.examination import RESULT, SHARED, ExaminationFrame, speaks_of
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import Mark, PhraseMeaning
from cds_service.narrative.words.tokens import Part, Token

_SEEN, _PICTURE, _DISEASE, _JOINT, _FILLER = "structure-seen", "picture", "disease", "joint", "filler"
_JOINT_SPACE, _HIP_JOINT, _HIP, _PELVIS, _LUMBAR, _SCAN = "joint-space", "hip-joint", "hip", "pelvis", "lumbar", "scan"
_AORTA, _NEGATIVE = "aorta", "negative"  # which is screened
_NORMAL, _DISC, _DISC_HEIGHT, _HYDRATED = "normal", "disc", "disc-height", "hydrated"
# Said of a joint, and not of how it moves.
_PRESERVED: Final = frozenset(
    {
        "normal appearances of",
        "normal appearance of",
        "unremarkable appearances of",
        "preserved",
        "well preserved",
        "spared",
        "maintained",
        "well maintained",
        "not involved",
        "normal in appearance",
    }
)
_OF_HIPS: Final = frozenset({_HIP, _HIP_JOINT, _JOINT_SPACE, "femoral-head"})
_PLURALS: Final = frozenset({"femoral heads", "hip joints"})
_OF: Final = " of"
_TITLE: Final = frozenset({_PELVIS, ":", "-", "both", "of", "the"})
_SMALL: Final = frozenset({"is", "are", "was", "were", "joint", "joints"})
# What a picture that is normal as a whole shows to be so, by its joint and whether it is a scan.
_SHOWN: Final = {
    (_HIP, False): (_HIP_JOINT,),
    (_HIP, True): (_HIP_JOINT, "femoral-head"),
    (_LUMBAR, True): ("disc", "canal"),
}


class NormalAnatomyFrame(ExaminationFrame):
    """Reads "labrum intact on the left", "vertebral heights preserved", "hips spared", "MRI lumbar spine: normal".

    It only denies: what else a structure may be, such as torn, is a disease and read by that frame.
    """

    name = "anatomy-normal"
    kinds = frozenset({_SEEN, _PICTURE, _JOINT}) | SHARED
    heads = frozenset({_SEEN, _PICTURE, _JOINT})
    present = frozenset()
    absent = frozenset({_NORMAL, _NEGATIVE})
    takes_unknown = 1
    names_pairs = False
    foreign = Part.BREAK

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield what is normal, unless something is excepted: "intact apart from a small tear"."""
        is_named = _SEEN in row.kinds or _PICTURE in row.kinds or _names_preserved(row)
        if is_named and RESULT in row.kinds and not any(item.is_marked(Mark.EXCEPT) for item in row):
            yield from super().read(row)

    def head(self, row: Row, at: int) -> Token | None:
        """Return a structure, a hip that is preserved, or a picture of which no more is said, as a head."""
        if row[at].concept(_PICTURE):
            name = _name_picture(row, at)
            return Token(Part.HEAD, at, name) if name else None
        concept = row[at].concept(_SEEN)
        if row[at].text == _PELVIS and _PICTURE in row.kinds:
            return None  # "XR pelvis: hips normal"
        if concept is None and row[at].concept(_JOINT) == _HIP and _is_preserved(row, at):
            concept = _HIP_JOINT
        elif concept is None and row[at].concept(_JOINT) == _HIP and _PICTURE in row.kinds:
            concept = _HIP_JOINT if _is_normal_behind(row, at) else None
        if concept is None or (concept == _JOINT_SPACE and not _is_of_hip(row, at)):
            return None
        return Token(Part.HEAD, at, concept)

    def result(self, row: Row, at: int) -> Token | None:
        """Return a result; a disease is one that denies nothing."""
        if row[at].concept(_DISEASE):
            return Token(Part.RESULT, at, words=(at,))
        return super().result(row, at)

    def side_of(self, claim: Claim, row: Row) -> Side:
        """Return the side of a claim: "X-rays of the hips normal" are of both."""
        is_plural = row[claim.head.at].text in _PLURALS and not any(item.is_side for item in row)
        is_pair = claim.head.concept in _OF_HIPS and (is_plural or names_both_limbs(row))
        is_pair = is_pair and claim.side is Side.UNSTATED
        return Side.BOTH if is_pair else claim.side

    def meanings_of(self, claim: Claim, row: Row) -> Iterator[PhraseMeaning]:
        """Yield what a claim denies: of a picture all that it would show."""
        if row[claim.result.at].concept(RESULT) == _NEGATIVE and claim.head.concept != _AORTA:
            return  # "SIJ stress neg" is a test
        if claim.head.concept == _DISC and any(_HYDRATED in row[at].text for at in claim.result.words):
            yield self.meanings[_DISC_HEIGHT]
            return
        is_scan = row[claim.head.at].concept(_PICTURE) == _SCAN
        for name in _SHOWN.get((claim.head.concept, is_scan), (claim.head.concept,)):
            yield self.meanings[name]


def _is_of_hip(row: Row, at: int) -> bool:
    words = row.sentence.words
    return _HIP in row[at].text.split() or speaks_of(row, _JOINT, _HIP) or _PELVIS in words


def _names_preserved(row: Row) -> bool:
    return any(row[at].text in _PRESERVED for at in row.kinds.get(RESULT, ()))


def _is_preserved(row: Row, at: int) -> bool:
    """Return whether a hip itself is said to be preserved: "left hip well preserved"."""
    behind = next((item for item in row[at + 1 :] if not (item.is_side or item.text in _SMALL)), None)
    before = next((item for item in reversed(row[:at]) if not item.is_side), None)
    is_led = before is not None and before.text in _PRESERVED and before.text.endswith(_OF)
    return is_led or (behind is not None and behind.text in _PRESERVED and behind.concept(RESULT) == _NORMAL)


def _is_normal_behind(row: Row, at: int) -> bool:
    """Return whether a picture shows a hip to be normal, as the last that it tells of: "XR pelvis: hips normal"."""
    behind = [item for item in row[at + 1 :] if not (item.is_side or item.text in _SMALL)]
    is_first = all(item.concept(_PICTURE) or item.text in _TITLE or item.is_side for item in row[:at])
    return is_first and len(behind) == 1 and behind[0].concept(RESULT) == _NORMAL


def _name_picture(row: Row, at: int) -> str:
    """Return the joint of a picture if its sentence says no more than that it is normal, else an empty text."""
    joints = {row[place].concept(_JOINT) for place in row.kinds.get(_JOINT, ())}
    if len(joints) != 1 or not all(_is_plain(item) for item in row):
        return ""
    joint = joints.pop() or ""
    return joint if (joint, row[at].concept(_PICTURE) == _SCAN) in _SHOWN else ""


def _is_plain(item: Item) -> bool:
    """Return whether an item names a picture, its joint or its side, or that all is normal. One of a year is old."""
    is_normal = item.concept(RESULT) == _NORMAL and "age" not in item.text
    is_named = item.concept(_PICTURE) is not None or item.concept(_JOINT) is not None
    return is_normal or is_named or item.is_side or item.text == "-" or (item.is_marked(Mark.LINK) and item.number < 0)
