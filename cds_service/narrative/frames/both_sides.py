"""Tell whether what an examination says is said of both sides, though no word says so: "knee jerks brisk", "R=L"."""

from cds_service.model.sides import Side
from cds_service.narrative.frames.claims import Claim
from cds_service.narrative.words.items import UNKNOWN_ITEM, Item, Row
from cds_service.narrative.words.lexicon import Mark

_UNSTATED, _WHOLE = Side.UNSTATED, "whole"
_LISTS = (Mark.LIST, Mark.JOINED)
_PAIRED = frozenset(
    {
        "jerks",
        "reflexes",
        "kjs",
        "ajs",
        "dtrs",
        "knees",
        "ankles",
        "legs",
        "extremities",
        "limbs",
        "hips",
        "feet",
        "les",
        "lls",
    }
    | {
        "symmetric",
        "symmetrical",
        "symmetrically",
        "equal",
        "equally",
        "symm",
        "sym",
        "dermatomes",
        "myotomes",
        "derms",
        "derm",
        "myos",
        "slrs",
    }
)
_LOWER = frozenset({"ll", "le", "lower limb", "lower extremity", "lower extremity muscle"})
_SPOKEN_OF = frozenset({"the", "his", "her", "my", "this", "that", "a", "an", "one", "other", "same"})


def names_both_limbs(row: Row) -> bool:
    """Return whether both legs are named and no side is: "full strength in all groups of the lower extremities"."""
    if any(item.is_side or item.side is not _UNSTATED for item in row):
        return False
    limbs = [row[at] for at in row.kinds.get(_WHOLE, ()) if row[at].concept(_WHOLE) == "leg"]
    limbs += [row[at] for at in row.kinds.get("joint", ()) if row[at].concept("joint") == "hip"]
    return bool(limbs) and all(item.text.split()[-1] in _PAIRED or _is_of_any(row, item) for item in limbs)


def _is_of_any(row: Row, limb: Item) -> bool:
    """Return whether a limb is named as what was examined, and is not the one spoken of: "LL power normal"."""
    if limb.text not in _LOWER:
        return False
    before = next((row[at - 1] for at in row.kinds[_WHOLE] if row[at] is limb and at), None)
    return before is None or not (before is UNKNOWN_ITEM or before.text in _SPOKEN_OF)


def is_of_both(row: Row, claim: Claim) -> bool:
    """Return whether what is normal is so on both sides: "knee jerks brisk", "reflexes symmetric"."""
    if claim.side is not _UNSTATED:
        return False
    words = {row[claim.head.at].text.split()[-1]}
    words.update(item.text for item in row[max(0, claim.head.at - 1) : claim.head.at] if item.concept("topic"))
    words.update(word for at in claim.result.words for word in row[at].text.split())
    return not _PAIRED.isdisjoint(words)


def are_alike(row: Row, at: int) -> bool:
    """Return whether both sides are said to be alike, as "R=L" behind what was examined."""
    return "=" in row[at].text and row[at].is_side and at > 0 and not row[at - 1].is_marked(*_LISTS)
