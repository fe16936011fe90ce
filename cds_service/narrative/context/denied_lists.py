"""Lists that a denial governs to the end of the sentence: "no fever, chills, weight loss, cancer, saddle anaesthesia".

Only a plain list of things is one. Whatever tells something, such as a verb, a number, a year, a day or a side, leaves
it in doubt where the denial ends.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from cds_service.narrative.words.items import Item
from cds_service.narrative.words.lexicon import CueEffect, Mark

_COMMA, _ON = ",", "on"
_LEADS = frozenset({":", "-"})
_RESULTS = frozenset({"positive", "negative", "normal", "reduced", "limited"})
_LEAST_COMMAS = 2  # of a list without "or"
_MAX_UNKNOWN = 3  # unknown words of one entry, none of them behind what it names
_LISTS = (Mark.LIST, Mark.JOINED)
_TELLING_MARKS = (
    *(Mark.STOP, Mark.GROUNDS, Mark.MOTION, Mark.RUN, Mark.TIME),
    *(Mark.BEGAN, Mark.EXCEPT, Mark.CLAIM_BEHIND, Mark.TOLD),
)
_LEADING: Final = frozenset(
    {"in", "between", "around", "round", "at", "down", "over", "on", "from", "across", "about", "below", "all", "when"}
)
_DESCRIBING: Final = frozenset({"numb", "weak", "febrile", "incontinent"})  # before a name: "numb foot"
_TELLING = frozenset(
    {
        "is", "are", "was", "were", "be", "been", "has", "have", "had", "does", "do", "did", "cannot", "cant",
        "could", "unable", "inability", "not", "no", "never", "feels", "feel", "felt", "lost", "gone", "went",
        "getting", "becoming", "fell", "fallen", "slipped", "tripped", "came", "wet", "wets", "wetting", "soiled",
        "soils", "peed", "pooed", "numb", "weak", "weaker", "incontinent", "febrile", "leaks", "leaking", "leaked",
        "starts", "starting", "begins", "unaware", "injects", "drags", "wakes", "trips", "hit", "struck", "on",
    }
)  # fmt: skip


def tells(words: Sequence[str]) -> bool:
    """Return whether words tell something, as "lost bladder control" does, and "loss of bladder control" does not."""
    return not _TELLING.isdisjoint(words[_describes(words) :])


def _describes(words: Sequence[str]) -> bool:
    """Return whether the first of some words describes what follows: "numb foot", but not "numb between the legs"."""
    return len(words) > 1 and words[0] in _DESCRIBING and words[1].split()[0] not in _LEADING


def is_wholly_denied(items: Sequence[Item], place: int) -> bool:
    """Return whether all that stands behind a denial, up to the next one, is a plain list."""
    is_led = place + 1 < len(items) and items[place + 1].text == ":"
    entries = list(_entries(items, place + is_led))
    listed = items[place + 1 + is_led :]
    is_list = sum(item.text == _COMMA for item in listed) >= _LEAST_COMMAS or any(
        item.is_marked(Mark.JOINED) for item in listed
    )
    is_led = bool(entries) and any(item.entry.saying for item in entries[0])  # behind "no not" stands no entry at all
    return is_list and is_led and all(_is_plain(entry) for entry in entries)


def is_plain_list(items: Sequence[Item]) -> bool:
    """Return whether all before a denial that stands behind is a plain list: "fever, chills, weight loss: denies"."""
    listed = list(items)
    while listed and listed[-1].text in _LEADS:
        listed.pop()
    entries = list(_entries(listed, -1))
    return len(entries) > 1 and all(_is_plain(entry) for entry in entries)


def is_resumed(between: Sequence[Item]) -> bool:
    """Return whether "or any" takes up a denial again that other words between it and a mention interrupted."""
    for item in reversed(between):
        if item.is_marked(Mark.RESUME):
            return True
        if item.is_marked(Mark.STOP) or item.entry.cues:
            return False
    return False


def _entries(items: Sequence[Item], place: int) -> Iterator[list[Item]]:
    entry: list[Item] = []
    for item in items[place + 1 :]:
        if item.is_marked(*_LISTS):
            yield entry
            entry = []
        elif not entry and any(cue.is_before and cue.effect is CueEffect.NEGATED for cue in item.entry.cues):
            return
        else:
            entry.append(item)
    yield entry


def _is_plain(entry: Sequence[Item]) -> bool:
    """Return whether an entry of a list only names something."""
    unknown, is_named = 0, False
    for at, item in enumerate(entry):
        if item.text == _ON and at and entry[at - 1].is_marked(Mark.PAIN):
            continue  # "pain on walking"
        if not at and _describes([one.text for one in entry[:2]]):
            continue
        behind = entry[at + 1] if at + 1 < len(entry) else None
        is_known = item.entry.saying is not None
        if _is_telling(item) or (item.entry.qualifiers and not (behind and behind.entry.saying)):
            return False
        if is_known and item.entry.saying and item.entry.saying.is_denial:
            return False
        unknown += item.is_unknown
        if unknown > _MAX_UNKNOWN or (item.is_unknown and is_named):
            return False
        is_named = is_named or is_known
    return True


def _is_telling(item: Item) -> bool:
    if item.entry.cues or item.is_side or item.number >= 0 or item.text == ":":
        return True
    if (item.concept("result") in _RESULTS and not item.entry.saying) or item.is_marked(*_TELLING_MARKS):
        return True
    return tells(item.text.split())
