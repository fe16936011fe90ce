"""Which mention each time of a sentence is about: since when it has been there, or on which day it happened."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import Mark
from cds_service.narrative.words.time_finder import Time, TimeKind
from cds_service.narrative.words.traits import marked

_COMMA = ","
_PAST, _NEAR = frozenset({"had", "was", "were", "got"}), 4  # items before a pain: "had leg pain after a fall in 2015"
_AFTER = frozenset({"after", "following", "since"})
_HISTORIES = frozenset({"h / o", "history of", "hx of", "history", "hx"})
_FAR = 2  # words between what happened and its date
_LISTS = (Mark.LIST, Mark.JOINED)
_STOP = marked(Mark.STOP)


class _Placed(NamedTuple):
    """A time and its items, from `first` up to `end`."""

    first: int
    end: int
    time: Time


def date_mentions(row: Row, mentions: Sequence[Mention], times: Sequence[Time]) -> None:
    """Set onset and date of the mentions. A time that leads governs all that follows, any other what it ends."""
    if not times:
        return  # as in most sentences
    placed = [_place(row, time) for time in times if time.kind is not TimeKind.OTHER]
    ordered = sorted(mentions, key=lambda one: one.first)
    trailing: list[tuple[_Placed, list[Mention]]] = []
    for at, one in enumerate(placed):
        start = placed[at - 1].end if at else 0
        before = [] if one.time.kind is TimeKind.HISTORY else list(_before(row, ordered, start, one))
        if before:
            trailing.append((one, before))
        else:
            _date(_behind(row, ordered, one), one.time)
    for one, before in trailing:
        for mention in before:
            began = one.time.kind is not TimeKind.AT or _is_since_then(row, mention, one)
            mention.dated(one.time.when, began=began)


def histories(row: Row, mentions: Sequence[Mention], times: Sequence[Time]) -> frozenset[int]:
    """Return the items of "three-week history of", and of "h/o LBP since 2 years": they are no cues of the past."""
    if not times:
        return frozenset()
    told = {at for time in times if time.kind is TimeKind.HISTORY for at in row.places(time.first, time.end)}
    lasting = () if row.has_year else (_place(row, time) for time in times if time.kind is TimeKind.SINCE)
    return frozenset(told.union(*(_lasting(row, mentions, one) for one in lasting)))


def _lasting(row: Row, mentions: Sequence[Mention], placed: _Placed) -> Iterator[int]:
    """Yield the "history of" before a complaint that lasts up to now: nothing follows its time."""
    if placed.end < len(row) and not row[placed.end].is_marked(Mark.STOP, *_LISTS):
        return
    for mention in mentions:
        between = row[mention.last + 1 : placed.first]
        is_told = mention.last < placed.first and all(item.is_side or item.is_marked(Mark.LINK) for item in between)
        if not is_told or mention.saying.past is not None or mention.saying.is_drug:
            continue
        at = mention.first - 1
        while at > 0 and row[at].text not in _HISTORIES and _may_follow(row[at]):
            at -= 1
        if at >= 0 and row[at].text in _HISTORIES:
            yield at


def _may_follow(item: Item) -> bool:
    """Return whether an item may stand between "history of" and a complaint."""
    is_joining = item.is_side or item.is_unknown or item.is_marked(Mark.LINK, *_LISTS)
    return (is_joining or item.entry.saying is not None) and not item.entry.cues


def _place(row: Row, time: Time) -> _Placed:
    places = row.places(time.first, time.end)
    return _Placed(places.start, places.stop, time)


def _is_since_then(row: Row, mention: Mention, placed: _Placed) -> bool:
    """Return whether a pain began with what happened on a day: "hip pain after a fall six months ago"."""
    between = row[mention.last + 1 : placed.first]
    is_past = any(item.text in _PAST for item in row[max(0, mention.first - _NEAR) : mention.first])
    return mention.saying.is_pain and not is_past and any(item.text in _AFTER for item in between)


def _date(mentions: Iterator[Mention], time: Time) -> None:
    for mention in mentions:
        mention.dated(time.when, began=time.kind is not TimeKind.AT)


def _before(row: Row, mentions: Sequence[Mention], start: int, placed: _Placed) -> Iterator[Mention]:
    """Yield the mentions that a time ends, back to another time, a new clause, or a comma that joins no list."""
    end, is_list, chain = placed.first, False, 0
    for mention in reversed(mentions):
        if mention.first < start or mention.last >= end:
            continue
        between = row[mention.last + 1 : end]
        if end == placed.first and placed.time.kind is TimeKind.AT and not _is_next(between):
            return
        if row.has(_STOP, mention.last + 1, end):
            return
        joined = [item for item in between if item.is_marked(*_LISTS)]
        is_list = is_list or any(item.text != _COMMA for item in joined)
        is_same = bool(chain) and mention.chain == chain
        if end != placed.first and joined and not (is_list or is_same):
            return
        yield mention
        end, chain = mention.first, mention.chain


def _is_next(between: Sequence[Item]) -> bool:
    """Return whether a date stands next to what happened: behind a comma nothing else may stand between."""
    others = [item for item in between if not (item.is_side or item.is_marked(Mark.LINK))]
    is_comma = [item.text for item in others] == [_COMMA]
    return is_comma or (len(others) <= _FAR and not any(item.is_marked(*_LISTS) for item in others))


def _behind(row: Row, mentions: Sequence[Mention], placed: _Placed) -> Iterator[Mention]:
    """Yield the mentions behind a time, up to the next clause."""
    for mention in mentions:
        if mention.first < placed.end:
            continue
        if row.has(_STOP, placed.end, mention.first):
            return
        yield mention
