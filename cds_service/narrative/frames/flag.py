"""The frame of red flags that are a disease, a drug or a habit, each with what it is of."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from cds_service.narrative.frames.pair import PairFrame
from cds_service.narrative.frames.place_table import meaning_alone
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import CueEffect, Mark, PhraseMeaning

_SPAN, _LONG = "span", "long"
_SPREAD = "spread"
_NEAR_SPREAD = 6  # items on either side
_METASTATIC, _NEAR_CANCER = "metastatic", 2  # items behind
_NEAR_DOUBT = 2  # items before
# From three months on a steroid is taken for long (clinical design, long-term-steroid).
_LEAST: Final = {"month": 3, "year": 1, "week": 13}
_AGO, _BEGUN = "ago", "begun"
_PARTS: Final = {12: 3, 52: 13}  # months and weeks, as fractions of a year
_WEAKER: Final = frozenset({"weaker", "strength", "power"})  # which the frame of strength does not read
_LEG, _MOVER, _WORSE = "leg", "mover", "worse"
_COMMA, _SLASH = ",", "/"


class FlagFrame(PairFrame):
    """Reads red flags: "ca prostate", "abscess of the psoas", "takes daily prednisone", "getting weaker"."""

    name = "flag"
    head, slot, limb = "danger", "matter", _MOVER
    hindered = MappingProxyType({"steroid": "short"})  # a taper, a course of days, an injection
    at_slot = frozenset({"infection"})
    kinds = frozenset({"danger", "matter", _MOVER, _SPAN, _SPREAD, _BEGUN})
    heads = frozenset({"danger"})

    def places(self, row: Row) -> Iterator[tuple[int, str]]:
        """Yield the matters, and how long something has been taken: "for the last 5 months", "x 2 yrs"."""
        yield from super().places(row)
        for at in row.kinds.get(_SPAN, ()):
            is_past = at + 1 < len(row) and row[at + 1].text == _AGO
            if at > 0 and row[at - 1].number >= _LEAST[row[at].concept(_SPAN) or ""] and not is_past:
                yield at, _LONG
        yield from ((at, _LONG) for at in range(len(row)) if row.has_number and _begins_long(row, at))

    def _read_at(self, row: Row, place: int, meanings: Mapping[str, PhraseMeaning]) -> Iterator[Mention]:
        """Yield a head with its slot, and the weakness of a leg that gets worse."""
        if row[place].text == _METASTATIC and _is_of_cancer(row, place):
            return  # it is read with what it is said of
        if _WORSE in meanings and (at := _worse_behind(row, place)):
            yield Mention(place, meanings[_WORSE], place, at, is_sided=True)
        for mention in super()._read_at(row, place, meanings):
            saying = mention.saying
            if _SPREAD in row.kinds and saying.records and _is_spread(row, mention):
                alone = meaning_alone(meanings)
                if not saying.past and alone is not None and alone.past:
                    saying = alone  # "was treated for metastatic cancer"
                mention.saying = replace(saying, past=saying.records[0]) if saying.past and saying.records else saying
            yield mention
            if _LEG in meanings and row[mention.place].concept(_MOVER) and row[place].text.split()[0] in _WEAKER:
                weak = replace(meanings[_LEG], denies=())
                yield Mention(mention.place, weak, mention.first, mention.last, parts=mention.parts)


def _is_of_cancer(row: Row, place: int) -> bool:
    """Return whether a word is said of the cancer behind it: "metastatic breast cancer" is one disease."""
    near = row[place + 1 : place + 1 + _NEAR_CANCER]
    return any(item.concept("danger") == row[place].concept("danger") for item in near) and not any(
        item.is_marked(Mark.LIST, Mark.STOP) for item in near
    )


def _worse_behind(row: Row, place: int) -> int:
    """Return the word behind a comma that ends the sentence with a weakness getting worse, or 0.

    Nothing but its leg, side and time stand before and behind it: "foot drop L x 3/7, getting worse".
    """
    comma = next((at for at in range(place + 1, len(row)) if row[at].text == _COMMA), len(row))
    at = comma + 1
    if at >= len(row) or row[at].text == _WORSE:
        return 0  # than what?
    if not (row[at].concept("matter") == _WORSE or row[at].entry.qualifiers.get("course") == _WORSE):
        return 0
    return at if all(_is_small(item) for item in (*row[place + 1 : comma], *row[at + 1 :])) else 0


def _is_small(item: Item) -> bool:
    if item.entry.cues:
        return False
    return item.is_side or item.is_marked(Mark.LINK) or item.text == _SLASH or item.concept(_MOVER) is not None


def _is_spread(row: Row, mention: Mention) -> bool:
    """Return whether a cancer has spread or is being treated: under a heading of the past it is active all the same."""
    near = range(mention.first - _NEAR_SPREAD, mention.last + _NEAR_SPREAD + 1)
    return any(at in near and not _is_doubted(row, at) for at in row.kinds.get(_SPREAD, ()))


def _is_doubted(row: Row, at: int) -> bool:
    """Return whether a word is asked about right before it: "r/o metastasis"."""
    before = row[max(0, at - _NEAR_DOUBT) : at]
    return any(cue.is_before and cue.effect is CueEffect.HYPOTHETICAL for item in before for cue in item.entry.cues)


def _begins_long(row: Row, at: int) -> bool:
    """Return whether a long time that is written in short begins at a place: "8/12", "26/52", "started in 2021"."""
    behind = row[at + 1 : at + 3]
    if row[at].concept(_BEGUN):
        return bool(behind) and bool(behind[0].year)
    is_part = len(behind) > 1 and behind[0].text == "/" and behind[1].number in _PARTS
    return is_part and row[at].number >= _PARTS[behind[1].number]
