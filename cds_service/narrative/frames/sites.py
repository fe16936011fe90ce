"""Compose the places of pain from typed words: a region of the body with its aspect, "the back of the left thigh"."""

from dataclasses import replace
from typing import Final, NamedTuple

from cds_service.model.sides import combine_sides
from cds_service.narrative.frames.subject import is_denial
from cds_service.narrative.words.items import Item, Role, Row, build_site
from cds_service.narrative.words.lexicon import FrameTable, LexiconEntry, Mark

NAME: Final = "pain"  # the content file
REGION, ASPECT, PART, QUALITY, RUN, PRONOUN = "site", "facing", "part", "quality", "run", "pronoun"
DOMINANCE: Final = "dominance"  # "worse than"
KINDS: Final = frozenset({REGION, ASPECT, PART, QUALITY, RUN, PRONOUN})
TENDER: Final = "tender"  # the regions whose tenderness is pain
COMPLAINT: Final = "complaint"  # "c/o": what somebody complains of
WHOLE: Final = "whole"  # a region of which no aspect is said
_REACHED = "reached"  # a region that is a place of pain only where pain radiates to it
_BACK, _SIDE, _LOW_BACK = "back", "side", "low-back"
_BACKS = frozenset({_BACK, "backs"})  # "back's been fine"
_OF, _TO, _ADVERB, _COLON = "of", "to", "ly", ":"
_PAIN = "pain"
_REACH = 8  # items between an aspect and its region
_OWNERS = frozenset({"the", "his", "her", "my", "their", "your", "our"})
_JOINERS = _OWNERS | {_OF, "a", "aspect", "region", "area", _SIDE, "through", "along"}
_ABOUT = frozenset({"in", "across", "of", "over", "to", "into", "down"})  # before "back", the part of the body
_COPULAS = frozenset({"is", "was", "has been", "feels", ":", "felt"})
_CLOSING = _COPULAS | {"symptoms"}
_NOT_SAID_BY_ITSELF = frozenset({_BACK, _SIDE})  # behind a region these words mean something else
_LISTS = (Mark.LIST, Mark.JOINED)
_PAIN_MARK, _PLACE = Mark.PAIN, Role.PLACE


class _Site(NamedTuple):
    region: str
    aspect: str
    end: int  # the item behind it


class SiteComposer:
    """Composes the places of pain in a row. Created once; what it remembers is the same for every text."""

    def __init__(self, table: FrameTable) -> None:
        self._table = table
        self._entries: dict[tuple[str, str, bool], LexiconEntry | None] = {}

    def compose(self, row: Row) -> Row:
        """Return the row with each place of pain as one item, and with its word of pain where that follows."""
        if REGION not in row.kinds and ASPECT not in row.kinds:
            return row
        made: list[Item] = []
        firsts: list[int] = []
        end, is_same = 0, True
        for place in sorted({*row.kinds.get(REGION, ()), *row.kinds.get(ASPECT, ())}):
            site = self._site(row, place) if place >= end else None
            item = self._item(row, place, site) if site else None
            if site is None or item is None:
                continue
            is_same = is_same and item is row[place]
            made += (*row[end:place], item)
            firsts += row.firsts[end : place + 1]
            end = site.end
            if item.role is Role.PAIN and end < len(row) and _is_pain(row[end]):
                end += 1
            if row[site.end - 1].concept(ASPECT) and not row[place].concept(ASPECT):
                end, is_same = self._add_aspects(made, firsts, row, site.region, end), False
        if is_same:
            return row
        return Row(row.sentence, [*made, *row[end:]], [*firsts, *row.firsts[end:]])

    def _add_aspects(self, made: list[Item], firsts: list[int], row: Row, region: str, end: int) -> int:
        """Add the further aspects of a region whose aspect stood behind it: "the thigh, in front and on the side"."""
        while (at := _next_aspect(row, end)) is not None:
            aspect = row[at].concept(ASPECT) or WHOLE
            made.append(row[end])
            firsts.append(row.firsts[end])
            entry = self._entry(region, aspect, is_pain=False)
            if entry:
                made.append(build_site(row[at].text, entry._replace(concepts={ASPECT: aspect}), Role.PLACE))
                firsts.append(row.firsts[end + 1])
            end = at + 1
        return end

    def _site(self, row: Row, place: int) -> _Site | None:
        """Return the site that begins at an item."""
        item = row[place]
        aspect, region = item.concept(ASPECT), item.concept(REGION)
        if item.entry.saying is not None and item.role is not Role.PLACE:
            return None  # "leg weakness"
        if aspect and not region:
            return self._site_of_aspect(row, place, aspect)
        if region is None:
            return None
        if item.is_side:
            return _Site(region, WHOLE, place + 1) if _is_hurting(row, place) else None
        if _REACHED in self._table.get(region, {}):
            return _Site(region, _REACHED, place + 1) if _runs_to(row, place) else None
        if aspect:  # "outer shin", a phrase of its own
            return _Site(region, aspect, place + 1)
        at = _aspect_behind(row, place)
        return _Site(region, row[at].concept(ASPECT) or WHOLE, at + 1) if at else _Site(region, WHOLE, place + 1)

    def _site_of_aspect(self, row: Row, place: int, aspect: str) -> _Site | None:
        at, is_listed = _region_ahead(row, place)
        if at is not None:
            return _Site(row[at].concept(REGION) or "", aspect, place + 1 if is_listed else at + 1)
        if _last_word(row[place]) in _BACKS and _is_part_of_body(row, place):
            return _Site(_LOW_BACK, WHOLE, place + 1)
        return None

    def _item(self, row: Row, place: int, site: _Site) -> Item | None:
        is_led = site.end < len(row) and _is_pain(row[site.end])
        if not is_led and site.end == place + 1 and row[place].role is _PLACE and not _is_pain(row[place]):
            return row[place]  # as it stands
        inside = row[place : site.end]
        is_pain = any(_is_pain(item) for item in inside)
        is_whole = is_pain or is_led
        entry = self._entry(site.region, site.aspect, is_pain=is_whole)
        if entry is None:
            return None
        if not is_whole:  # other frames read it too
            named = next((item for item in inside if item.concept(REGION)), inside[-1])
            entry = entry._replace(concepts={**named.entry.concepts, **entry.concepts})
        if site.end == place + 1 and row[place].concept(ASPECT) and not row[place].concept(REGION):
            inside = [*inside, *_sides_ahead(row, place)]
        side = combine_sides(one for item in inside for one in (item.entry.side, item.side) if one)
        words = [item.text for item in inside if not item.is_side or item.concept(REGION)]
        if is_whole and not is_pain:
            words.append(row[site.end].text)
        text = " ".join(words)
        return build_site(text, entry, Role.PAIN if is_whole else Role.PLACE, side)

    def _entry(self, region: str, aspect: str, *, is_pain: bool) -> LexiconEntry | None:
        key = region, aspect, is_pain
        if key not in self._entries:
            meanings = self._table.get(region, {})
            saying = meanings.get(aspect) or meanings.get(WHOLE)
            concepts = {REGION: region}
            self._entries[key] = (
                LexiconEntry(saying=replace(saying, is_site=not is_pain), concepts=concepts) if saying else None
            )
        return self._entries[key]


def _last_word(item: Item) -> str:
    return item.text.rpartition(" ")[2]


def _is_pain(item: Item) -> bool:
    return _PAIN_MARK in item.entry.marks and item.concept(QUALITY) == _PAIN


def _region_ahead(row: Row, place: int) -> tuple[int | None, bool]:
    """Return the region of an aspect, and whether another aspect follows first: "front and side of the hip"."""
    is_listed = is_of = False
    for at in range(place + 1, min(len(row), place + _REACH)):
        item = row[at]
        if item.is_marked(*_LISTS):
            if at + 1 >= len(row) or not row[at + 1].concept(ASPECT) or is_of:
                return None, False
            is_listed = True
        elif item.concept(REGION) and not item.is_side and (item.entry.saying is None or item.role is Role.PLACE):
            return (at, is_listed) if is_of or _last_word(row[place]) not in _NOT_SAID_BY_ITSELF else (None, False)
        elif not (
            item.is_side
            or item.text in _JOINERS
            or item.concept(PART)
            or item.concept(ASPECT)
            or _leads_to(row, place, at)
        ):
            return None, False
        is_of = is_of or item.text == _OF
    return None, False


def _leads_to(row: Row, aspect: int, at: int) -> bool:
    """Return whether "to" leads from an aspect to its region: "lateral to the hip", not "laterally to the calf"."""
    return row[at].text == _TO and at == aspect + 1 and not row[aspect].text.endswith(_ADVERB)


def _sides_ahead(row: Row, place: int) -> list[Item]:
    """Return the sides before the region that an aspect shares with others: "anterior and lateral left hip"."""
    at, is_listed = _region_ahead(row, place)
    return [item for item in row[place + 1 : at] if item.is_side] if at is not None and is_listed else []


def _aspect_behind(row: Row, region: int) -> int | None:
    """Return the aspect behind a region: "thigh pain, posteriorly", "the hip, in front"."""
    before = ""
    for at in range(region + 1, min(len(row), region + _REACH)):
        item = row[at]
        if item.concept(ASPECT) not in {None, WHOLE}:
            is_plain = _last_word(item) not in _NOT_SAID_BY_ITSELF or before == "the"
            is_last = at + 1 >= len(row) or not row[at + 1].is_unknown
            is_led = at + 1 < len(row) and _is_pain(row[at + 1]) and row[at - 1].is_marked(*_LISTS)
            is_free = not is_led and _region_ahead(row, at)[0] is None and _last_word(item) not in _BACKS
            return at if is_plain and is_last and is_free and not row[at - 1].is_marked(Mark.JOINED) else None
        if not (item.role is Role.BRIDGE or item.text in {",", "("} or _is_pain(item)) or item.concept(REGION):
            return None
        before = item.text
    return None


def _next_aspect(row: Row, place: int) -> int | None:
    """Return the further aspect that a list adds at an item: "in front and on the side"."""
    if place >= len(row) or not row[place].is_marked(*_LISTS):
        return None
    at = place + 1
    while at < len(row) and row[at].role is Role.BRIDGE and not row[at].concept(ASPECT):
        at += 1
    if at >= len(row) or not row[at].concept(ASPECT) or row[at].concept(REGION):
        return None
    return at if _region_ahead(row, at)[0] is None else None


def _content_before(row: Row, place: int) -> Item | None:
    """Return the nearest item before a place that is more than a link."""
    at = place - 1
    while at >= 0 and row[at].role is Role.BRIDGE:
        at -= 1
    return row[at] if at >= 0 else None


def _runs_to(row: Row, place: int) -> bool:
    before = _content_before(row, place)
    return before is not None and before.role is Role.RUN


def _is_hurting(row: Row, place: int) -> bool:
    """Return whether a word such as "RLE" names the leg that hurts, and not only the side of something else."""
    if place + 1 < len(row) and _is_pain(row[place + 1]):
        return True
    before = _content_before(row, place)
    if before is not None and before.concept(DOMINANCE) and place > 1 and row[place - 2].concept(REGION):
        return _is_hurting(row, place - 2)  # "pain LLE > RLE"
    behind = row[place + 1] if place + 1 < len(row) else None
    is_last = behind is None or not (behind.is_unknown or behind.entry.saying) or bool(behind.concept(DOMINANCE))
    return before is not None and before.role in {Role.RUN, Role.PAIN_WORD} and is_last


def _is_titled(row: Row, place: int) -> bool:
    """Return whether the title of what hurts stands before a place: "Pain: back"."""
    return place > 1 and row[place - 1].text == _COLON and row[place - 2].role is Role.PAIN_WORD


def _is_part_of_body(row: Row, place: int) -> bool:
    """Return whether "back" by itself is the part of the body: "severe back and leg pain", not "went back to work"."""
    behind = row[place + 1] if place + 1 < len(row) else None
    if behind is not None and (behind.is_marked(Mark.PAIN) or behind.concept(QUALITY)):
        return True
    if behind is not None and behind.text == _OF:
        return False
    before = row[place - 1] if place else None
    if " " in row[place].text:  # "his back"
        return True
    if before is not None and (before.text in _OWNERS or before.text in _ABOUT or before.concept(DOMINANCE)):
        return True
    is_opening = (
        before is None
        or before.is_side
        or before.concept(QUALITY) == COMPLAINT
        or before.role in {Role.LIST, Role.PAIN_WORD, Role.BRIDGE}
        or is_denial(before)
    )
    is_scored = behind is not None and behind.number >= 0
    is_told = before is None or before.text not in _COPULAS or is_scored or _is_titled(row, place)
    is_closing = behind is None or behind.is_marked(*_LISTS, Mark.STOP) or behind.is_side or behind.text in _CLOSING
    is_closing = is_closing or is_scored
    is_closing = is_closing or (behind is not None and behind.concept(DOMINANCE) is not None)
    return is_opening and is_told and is_closing
