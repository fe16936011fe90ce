"""What each item of a sentence is to a denial: a word of a plain one, a thing, a turn, a result, a number."""

from collections.abc import Iterator, Sequence
from typing import Final

from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import CueEffect, Mark, PlainWords
from cds_service.narrative.words.tokenizer import BLANK, CROSS, EMPTY_BOX, TICKED

# Concepts that name what is examined, asked about or where, and never what became of it.
_NAMING: Final = frozenset(
    {
        "organ", "aspect", "joint", "limb", "muscle", "motion", "part", "region", "root", "site", "structure",
        "structure-seen", "topic", "test", "reflex", "reflex-place", "matter", "mover", "quality", "disease", "danger",
        "numb", "failure", "mishap", "walk", "specialist", "agent", "act", "action", "posture", "lifted", "unit",
        "complaint", "cause", "modifier", "intent", "run", "into", "showing", "length", "scale", "bed", "flat",
        "waking", "whole", "occasion", "furniture", "aside", "pace", "distance", "turn", "position",
    }
)  # fmt: skip
_PLACES: Final = frozenset({"joint", "limb", "region", "site", "structure", "muscle", "organ"})
_FINE: Final = frozenset(
    {("change", "fine"), ("change", "no"), ("result", "normal"), ("result", "negative"), ("result", "painless")}
)
_DEVIATING: Final = frozenset({"reduced", "altered", "positive"})
_UNTOLD: Final = frozenset({"fine", "no", "trouble"})  # changes that tell of nothing lost by themselves
_MEASURES: Final = ("grade", "score", "reflex-grade", "numeral", "degrees", "unit")
BOXES: Final = frozenset({TICKED, EMPTY_BOX, CROSS, BLANK})
JOINING: Final = frozenset({",", "-", "(", "and", "&", "+", "also", "plus"})
ENDING: Final = frozenset({*JOINING, "->", ")", "but", "however", "although", "though", "whereas", "cf", *BOXES})
_NEGATIVE: Final = frozenset({"no", "not", "never", "cannot", "cant", "unable", "without", "hardly", "rarely"})
_QUOTE = ">"  # before a line that is quoted, or an entry of a list
_TROUBLE, _SAME, _SUCH_AS = "trouble", "same", "such as"
_SINCE, _PRESENT, _COLON = "since", "present", ":"
_AGE: Final = frozenset({"year", "yo", "year old"})
_SPANS: Final = frozenset({"years", "yr", "yrs", "y", "months", "weeks", "wks", "days", "hours", "hrs"})
_IMAGING: Final = frozenset(
    {"mri", "ct", "dexa", "dxa", "xr", "us", "uss", "scan", "ultrasound", "imaging", "films", "bloods"}
)
_SIGNS: Final = frozenset("/&")  # in "h / o", "w / o"
_MORE, _ANY, _SLASH = "more", "any", "/"
_AGAIN: Final = frozenset({"again", "then", "back", "until", "before"})
_LASTING: Final = frozenset({"for", "x", "over"})
_OF_YEAR: Final = frozenset({7, 12, 52})
_BACK: Final = frozenset({"last", "past", "previous", "preceding"})


def own_places(mention: Mention) -> Iterator[int]:
    """Yield the places of the items that state a mention."""
    if mention.saying.is_pain or not mention.parts:
        yield from range(mention.first, mention.last + 1)
    else:
        yield from (mention.place, *mention.parts, *mention.results)


def is_fine(item: Item) -> bool:
    """Return whether an item says that something is normal."""
    return not _FINE.isdisjoint(item.entry.concepts.items())


def deviates(item: Item) -> bool:
    """Return whether an item says by itself that something is not normal."""
    is_changed = item.concept("change") not in {None, *_UNTOLD}
    return is_changed or (item.concept("result") in _DEVIATING and item.text != _PRESENT)


def is_downgoing(row: Row, at: int) -> bool:
    """Return whether an arrow tells of plantar reflexes that go down, as they should."""
    return row[at].text == "↓" and at > 0 and row[at - 1].concept("reflex") == "other"


_LIMB, _ARM, _NOT_OF_ARMS = "limb", "arm", ("organ", "region", "site")


class Accounts:
    """Tells what the items of a sentence are. `own`: the places of the items that state its mentions."""

    def __init__(self, row: Row, mentions: Sequence[Mention], words: PlainWords) -> None:
        self.row = row
        self.mentions = mentions
        self.own = frozenset(place for one in mentions for place in own_places(one))
        self._words = words
        self._said: dict[int, str] = {}

    def said(self, at: int) -> str:
        """Return the words of an item."""
        said = self._said.get(at)
        if said is None:
            first, end = self.row.words(at, at)
            said = self._said[at] = " ".join(self.row.sentence.words[first:end])
        return said

    def is_accounted(self, at: int) -> bool:
        """Return whether an item may stand in a plain denial."""
        item = self.row[at]
        if (
            at in self.own
            or item.is_side
            or item.text == _COLON
            or (at == 0 and item.text == _QUOTE)
            or item.is_marked(Mark.LIST, Mark.JOINED)
        ):
            return True
        if item.year and at and self.said(at - 1) in _IMAGING:
            return True
        if item.number >= 0 or item.is_unknown or self.said(at) == _MORE:
            is_span = self._is_span(at)
            if is_span or item.number >= 0:
                return is_span
        if self._denies(item) or self._names(item) or is_fine(item):
            return True
        return all(
            word in self._words.words or word in self._words.things or word in _SIGNS for word in self.said(at).split()
        )

    def is_measured(self, at: int) -> bool:
        """Return whether an item is a measured value: a number, a grade, "84kg"."""
        item = self.row[at]
        return item.number >= 0 or self.said(at)[0].isdecimal() or any(item.concept(kind) for kind in _MEASURES)

    def is_thing(self, at: int) -> bool:
        """Return whether an item names something of its own, and not a word such as "symptoms"."""
        said = self.said(at)
        return said in self._words.things or (self._names(self.row[at]) and said not in self._words.words)

    def is_place(self, at: int) -> bool:
        """Return whether an item tells a side or a part of the body."""
        return self.row[at].is_side or not _PLACES.isdisjoint(self.row[at].entry.concepts)

    def negates(self, at: int) -> bool:
        """Return whether an item denies or holds a word that does."""
        return self._denies(self.row[at]) or not _NEGATIVE.isdisjoint(self.said(at).split())

    def answers(self, at: int) -> bool:
        """Return whether an item denies what stands before it where its clause ends: "no", "none"."""
        return any(cue.is_closing and cue.effect is CueEffect.NEGATED for cue in self.row[at].entry.cues)

    def asks(self, at: int) -> bool:
        """Return whether an item asks about what it is said of, or tells of it as advice."""
        effects = {cue.effect for cue in self.row[at].entry.cues} if self.row[at].text != _SUCH_AS else set()
        return not effects.isdisjoint({CueEffect.HYPOTHETICAL, CueEffect.ADVICE})

    def is_heading(self, at: int) -> bool:
        """Return whether an item denies what is listed behind its colon: "no red flags:"."""
        behind = self.row[at + 1].text if at + 1 < len(self.row) else ""
        return behind == _COLON and any(
            cue.is_listing and cue.effect is CueEffect.NEGATED for cue in self.row[at].entry.cues
        )

    def is_trouble(self, at: int) -> bool:
        """Return whether an item names what may be wrong, or that nothing has changed: "deficit", "problem"."""
        item = self.row[at]
        return deviates(item) or item.concept("change") == _TROUBLE or item.concept("effect") == _SAME

    def turns(self, at: int) -> bool:
        """Return whether something else may be said behind an item: "but", "now"."""
        return at not in self.own and self.said(at) in self._words.turning

    def contrasts(self, at: int) -> bool:
        """Return whether an item begins a clause of its own: "but", "however"."""
        return at not in self.own and self.said(at) in self._words.contrasting

    def leaves_out(self, at: int) -> bool:
        """Return whether an exception follows an item."""
        return at not in self.own and self.said(at) in self._words.excepting

    def is_of_arms(self, part: range) -> bool:
        """Return whether a part of the sentence tells of an arm, and of no leg: "although the hand tingles"."""
        named = {limb for at in part if (limb := self.row[at].concept(_LIMB))}
        is_other = any(self.row[at].concept(kind) for at in part for kind in _NOT_OF_ARMS)
        return named == {_ARM} and not is_other

    def limits(self, at: int) -> bool:
        """Return whether a denial holds under a condition behind an item: "until", "if"."""
        return at not in self.own and self.said(at) in self._words.limits

    def retracts(self, at: int) -> bool:
        """Return whether an item takes back what was said."""
        return self.said(at) in self._words.retracting

    def ends(self, at: int) -> bool:
        """Return whether an item ends the clause before it."""
        is_turn = self.turns(at) or self.leaves_out(at) or self.limits(at)
        return self.row[at].text in ENDING or is_turn or self.said(at).startswith(_SINCE)

    def _denies(self, item: Item) -> bool:
        return any(cue.effect is CueEffect.NEGATED for cue in item.entry.cues)

    def _names(self, item: Item) -> bool:
        is_named = not _NAMING.isdisjoint(item.entry.concepts) and "change" not in item.entry.concepts
        return is_named or item.entry.saying is not None

    def _is_back(self, at: int) -> bool:
        """Return whether what was not there for some time is told to be there again: "none for 2 days, then leaked"."""
        behind = range(at + 1, len(self.row))
        return any(self.row[one].is_marked(Mark.AGAIN) or self.said(one) in _AGAIN for one in behind)

    def _is_fraction(self, at: int) -> bool:
        """Return whether weeks or months begin at a place that are written as parts of a year: "2/12"."""
        items = self.row[at : at + 3] if at > 0 else ()
        return len(items) > 2 and items[0].number >= 0 and items[1].text == _SLASH and items[2].number in _OF_YEAR

    def _is_span(self, at: int) -> bool:
        """Return whether a number is an age or tells how far back is looked: "54 year old", "the last six months"."""
        if self.said(at) == _MORE:
            return at > 0 and self.said(at - 1) == _ANY  # "not any more"
        behind = self.said(at + 1) if at + 1 < len(self.row) else ""
        if at and self.said(at - 1) in _LASTING and (behind in _SPANS or self._is_fraction(at)):
            return not self._is_back(at)
        if self._is_fraction(at) and at and self.said(at - 1) in _BACK:
            return True  # "no fever in last 6/12"
        if self._is_fraction(at - 2):
            led = self.said(at - 3)  # "no leg pain for 2/12"
            return led in _BACK or (led in _LASTING and not self._is_back(at))
        if behind not in _SPANS:
            return behind in _AGE and self.row[at].number >= 0
        return bool(at) and self.said(at - 1).split()[-1] in _BACK
