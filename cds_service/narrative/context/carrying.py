"""The cues of a sentence, and which of them carries over to the next: a heading's, or one past a semicolon."""

from collections.abc import Iterator, Sequence, Set
from itertools import pairwise
from operator import itemgetter
from typing import Final, NamedTuple

from cds_service.narrative.context.scopes import companion_told_of
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import Cue, CueEffect, Mark
from cds_service.narrative.words.tokenizer import CLAUSE, LINE, TRUNCATED, Sentence
from cds_service.narrative.words.traits import CUE, marked

_HEADING = ":"
_PRONOUNS: Final = frozenset({"one", "it", "this", "that", "these", "any", "them"})
_MINUS, _PLUS, _COMMA = "-", "+", ","
_BEFORE_SIGN = frozenset({",", ":"})
_DENYING_WORD, _OR, _NO, _OPEN_LIST = "no", "or", "no ", frozenset({",", "or", "/"})
_ENTRY = 4  # items: a denial, a comma and the next name
_CHANGE, _FINE, _DENYING, _NEXT = "change", "fine", frozenset({"no", "without", "nil"}), 2
_NIL = frozenset({"nil", "nill"})
_AGED: Final = frozenset({"y / o", "yo", "year old", "years old", "yr old", "yrs old", "month old", "months old"})
_COMPANION = Mark.COMPANION
_CUES = CUE | marked(_COMPANION)
CARRYING: Final = frozenset({LINE, CLAUSE, TRUNCATED})  # endings past which a heading or a list may reach
_ADVISING = frozenset({CueEffect.ADVICE, CueEffect.HYPOTHETICAL})
_OPEN = frozenset({",", "/", ":", "-", "("})
_CARRIED_BY_HEADING = frozenset({CueEffect.FAMILY, CueEffect.HISTORICAL})  # what a heading may say about all its items


class PlacedCue(NamedTuple):
    """A cue and the place of its item."""

    place: int
    cue: Cue


def may_hold_cues(items: Row) -> bool:
    """Return whether a sentence may hold cues. Most hold none."""
    return bool(items.traits & _CUES) or _MINUS in items.sentence.words


def place_cues(items: Row, passed: Set[int]) -> list[PlacedCue]:
    """Return the cues of a sentence in order, but for those in the items of `passed`."""
    cues: list[PlacedCue] = []
    for place, item in enumerate(items if items.traits & _CUES else ()):
        if item.traits & _CUES and _is_child_called_about(items, place):
            continue
        if not item.traits & _CUES:
            continue
        if item.entry.cues and place not in passed:
            cues += [PlacedCue(place, cue) for cue in item.entry.cues if _is_meant(items, place, cue)]
        if _COMPANION in item.entry.marks and (who := companion_told_of(items, place)):
            cues.append(PlacedCue(who, Cue(CueEffect.FAMILY, is_before=True)))
    if _DENYING_WORD in items.sentence.words:
        begun = (at for at in range(len(items)) if _begins_list(items, at))
        cues = sorted(
            [*cues, *(PlacedCue(at, Cue(CueEffect.NEGATED, is_before=True)) for at in begun)], key=itemgetter(0)
        )
    if _CHANGE in items.kinds:
        cues = sorted([*cues, *_idioms(items)], key=itemgetter(0))
    if cues and cues[0].place == 0 and len(items) > 1 and items[1].text == _HEADING:
        cues = [one._replace(cue=_widened(one.cue)) if one.place == 0 else one for one in cues]
    if _MINUS in items.sentence.words and _PLUS in items.sentence.words:
        cues = sorted([*cues, *_leading_signs(items)], key=itemgetter(0))
    if _MINUS in items.sentence.words and _has_minus_signs(items):
        cues = sorted([*cues, *(one for one in _minus_signs(items) if one.place not in passed)], key=itemgetter(0))
    return cues


def _is_child_called_about(items: Row, place: int) -> bool:
    """Return whether a relative tells of a child whose age is told, the patient: "Mom calling re: 15 y/o son"."""
    if place == 0 or items[place - 1].text not in _AGED or not _is_relative(items[place]):
        return False
    before = items[: place - 1]
    return any(map(_is_relative, before)) and any(item.is_marked(Mark.TELLING) for item in before)


def _is_relative(item: Item) -> bool:
    return any(cue.effect is CueEffect.FAMILY for cue in item.entry.cues)


def _begins_list(items: Row, place: int) -> bool:
    """Return whether a denial of its own, such as "no falls", begins a list: "no falls, RTC or assault"."""
    item = items[place]
    is_denial = item.entry.saying is not None and item.entry.saying.is_denial
    if item.entry.cues or not is_denial or not item.text.startswith(_NO):
        return False
    behind = items[place + 1].text if place + 1 < len(items) else ""
    if behind not in _OPEN_LIST or any(one.text == _OR for one in items[place + 1 :]):
        return behind in _OPEN_LIST
    entry = items[place + 2 : place + _ENTRY]
    is_named = any(one.entry.saying or one.is_marked(Mark.PAIN) for one in entry)
    return is_named and not entry[0].is_marked(Mark.LIST)


def _idioms(items: Row) -> Iterator[PlacedCue]:
    """Yield the idioms that deny trouble and begin a list: "no difficulty passing urine or leg pain"."""
    for place in items.kinds[_CHANGE]:
        item = items[place]
        first, _, what = item.text.partition(" ")
        is_denial = item.concept(_CHANGE) == _FINE and first in _DENYING and not item.entry.cues
        if is_denial and _is_of_function(items, place, is_change=what.startswith(_CHANGE)):
            yield PlacedCue(place, Cue(CueEffect.NEGATED, is_before=True))


def _is_of_function(items: Row, place: int, *, is_change: bool) -> bool:
    """Return whether an idiom tells of what the body does. That nothing changed is told of a pain as well."""
    behind = items[place + 1] if place + 1 < len(items) else None
    if behind is not None and behind.is_marked(Mark.LINK) and place + _NEXT < len(items):
        behind = items[place + _NEXT]
    if behind is None or behind.entry.cues:
        return False
    return bool(behind.concept("organ") or behind.concept("aspect")) or (not is_change and behind.text.endswith("ing"))


def _has_minus_signs(items: Row) -> bool:
    """Return whether a list denies with such signs. At the end of an entry that a semicolon ends it is one, too."""
    is_signed = any(one.text == _PLUS and other.text == _COMMA for one, other in pairwise(items))
    is_entry = items.sentence.ending == CLAUSE or is_signed
    is_closed = len(items) > 1 and items[-1].text == _MINUS and is_entry
    return is_closed or any(one.text == _MINUS and other.text == _COMMA for one, other in pairwise(items))


def _minus_signs(items: Sequence[Item]) -> Iterator[PlacedCue]:
    """Yield the signs of a list that denies with them: "fever -, weight loss -"."""
    for place, item in enumerate(items):
        if item.text == _MINUS and (place + 1 == len(items) or items[place + 1].text == _COMMA):
            yield PlacedCue(place, Cue(CueEffect.NEGATED, is_before=False, is_closing=True))


def _leading_signs(items: Sequence[Item]) -> Iterator[PlacedCue]:
    """Yield the minus signs at the opening of entries, where a plus sign leads one as well: "+ LBP, - numbness"."""
    leading = [at for at in range(len(items) - 1) if at == 0 or items[at - 1].text in _BEFORE_SIGN]
    if any(items[at].text == _PLUS for at in leading):
        yield from (PlacedCue(at, Cue(CueEffect.NEGATED, is_before=True)) for at in leading if items[at].text == _MINUS)


def _is_meant(items: Sequence[Item], place: int, cue: Cue) -> bool:
    """Return whether a cue opens a clause if it must, and compares no numbers: "8 vs 20 reps"."""
    if cue.is_between:
        return not any(item.number >= 0 for item in items[max(0, place - 1) : place])
    return not cue.is_opening or _opens(items, place)


def _widened(cue: Cue) -> Cue:
    """Return a denial that opens a sentence, before a colon, as one that governs a list: "neg: fever, weight loss"."""
    return cue._replace(is_listing=True) if cue.is_opening and cue.effect is CueEffect.NEGATED else cue


def _opens(items: Sequence[Item], place: int) -> bool:
    """Return whether a clause begins here: the sentence does, or a list goes on."""
    return place == 0 or items[place - 1].text in _OPEN


def carry(
    items: Sequence[Item],
    mentions: Sequence[Mention],
    cues: Sequence[PlacedCue],
    carried: CueEffect | None,
    sentence: Sentence,
) -> CueEffect | None:
    """Return the effect that carries over to the next part of a list: from a heading, or past a semicolon."""
    if sentence.ending == TRUNCATED:
        return CueEffect.UNCLEAR if carried or any(one.cue.is_before for one in cues) else None
    if sentence.ending not in {LINE, CLAUSE}:
        return None
    last = next((one for one in reversed(cues) if one.cue.is_before), None)
    if last is not None and (_answers_title(items, last.place) or not _may_carry(mentions, last, sentence)):
        return None
    if last is None or any(item.is_marked(Mark.STOP) for item in items[last.place + 2 :]):
        is_heading = bool(items) and items[-1].text == _HEADING
        return carried if last is None and not is_heading else None
    behind = items[last.place + 1 :]
    if len(behind) == 1 and behind[0].text in _PRONOUNS:
        return None  # "MRI did not show one; …"
    is_open = all(item.is_marked(Mark.LINK) for item in behind) or _is_heading_of_advice(items, behind, last.cue)
    is_heading = bool(behind) and behind[0].text == _HEADING
    change = CueEffect.UNCLEAR if last.cue.effect is CueEffect.NEGATED else last.cue.effect
    if is_open or (is_heading and change in _CARRIED_BY_HEADING):
        return change
    return change if sentence.ending == CLAUSE and last.cue.is_listing else None


def _answers_title(items: Sequence[Item], place: int) -> bool:
    """Return whether a title is answered in one word, so that nothing follows: "PMH: nil"."""
    is_last = place == len(items) - 1
    return is_last and place > 0 and items[place].text in _NIL and items[place - 1].text == _HEADING


def _may_carry(mentions: Sequence[Mention], last: PlacedCue, sentence: Sentence) -> bool:
    """Return whether a cue may govern the next part. Behind a semicolon advice does once it has named a finding."""
    if last.cue.effect is CueEffect.ADVICE and sentence.ending == CLAUSE:
        return any(one.first > last.place for one in mentions)
    return last.cue.effect is not CueEffect.ENDED


def _is_heading_of_advice(items: Sequence[Item], behind: Sequence[Item], cue: Cue) -> bool:
    """Return whether a heading leads to a list of what to look out for: "Go to hospital if you notice:"."""
    is_heading = bool(behind) and items[-1].text == _HEADING
    return is_heading and cue.effect in _ADVISING and not any(item.entry.saying for item in behind)
