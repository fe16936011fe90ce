"""Complete what is told of the other side without naming again what was examined: "IR 5 with groin pain; right 30"."""

from collections.abc import Iterator, Sequence
from typing import Final

from cds_service.model.sides import Side
from cds_service.narrative.layout.clauses import Clause, Find
from cds_service.narrative.layout.examined import HEADS, RESULTS, examined, has_result, side_above
from cds_service.narrative.layout.now_then import settle_then
from cds_service.narrative.layout.other_named import name_other
from cds_service.narrative.layout.then_now import join_now, told_now, turns_to_now
from cds_service.narrative.words.items import Item, Role, Row
from cds_service.narrative.words.lexicon import Mark
from cds_service.narrative.words.tokenizer import CLAUSE, LINE, STOP, Sentence
from cds_service.narrative.words.traits import SIDE

_BESIDE_SIDE: Final = frozenset({":", "-", "is", "side", "("})
_PAINS: Final = frozenset({Role.PAIN, Role.PAIN_WORD, Role.PLACE})
_CONTRASTS: Final = frozenset({"while", "whereas", "although", "though"})
_TURNS: Final = frozenset({",", "but", "and", *_CONTRASTS})
_OTHER: Final = frozenset({"other", "opposite", "contralateral"})
_OPPOSITE: Final = {Side.LEFT: "right", Side.RIGHT: "left"}
_BOTH: Final = frozenset({"both", "all"})
_SMALL: Final = frozenset({"side", "one", "-", "it", "it is", "its", *_BOTH})
_TOPIC: Final = "topic"
_PARTS_OF: Final = {
    "reflex": ("reflex-place",),
    "sensation": ("region", "root"),
    "strength": ("muscle",),
}  # what the words for each stand beside
_AND, _COLON, _COMMA, _HIP, _MOTION, _ROTATION = "and", ":", ",", "hip", "motion", "rotation"
_ENDINGS: Final = frozenset({CLAUSE, STOP, LINE})
_NEAR: Final = 3  # items
_WITH: Final = frozenset({"for", "with"})
_LONGEST: Final = 8  # items that are named
_LONGEST_TOLD: Final = 11  # items of what is told of the other side


def complete(parts: Sequence[Sentence], rows: Sequence[Row], find: Find) -> Iterator[tuple[Sentence, Row]]:
    """Yield the sentences and their rows; what was examined stands again before the result of the other side."""
    before: Clause | None = None
    for clause in settle_then(join_now(parts, rows, find), find):
        part, row = name_other(clause, before, find)
        if before is not None and (names := _found_on_other_side(before, row)):
            for name in names:
                said = name.followed_by(part)
                yield said, find(said)
            continue
        if before is not None and _may_complete(before, row):
            told = _completed(before, Clause(part, row), find)
            yield told
            before = told
            continue
        if before is not None and (heading := side_above(before, row)):
            said = heading.followed_by(part)
            before = Clause(said, find(said))
            yield before
            continue
        if before is not None and (topic := _topic_above(before, row)):
            told = Clause(topic.followed_by(part), row)
            before = told._replace(row=find(told.sentence))
            yield before
            continue
        turn = _turn(row, is_of_other=row is not clause.row) if row.traits & SIDE else None
        if turn is None and (now := turns_to_now(row)) is not None:
            before = Clause(part, row)
            yield from told_now(before, now, find)
            continue
        if turn is None:
            before = Clause(part, row)
            yield before
            continue
        first, rest = part.part(0, row.firsts[turn], CLAUSE), part.part(row.firsts[turn + 1])
        before = Clause(first, find(first))
        told = _completed(before, Clause(rest, find(rest)), find)
        yield from (before, told) if told.sentence is not rest else [Clause(part, row)]
        before = told


def _found_on_other_side(before: Clause, row: Row) -> list[Sentence]:
    """Return the names of all that was examined on one side, if a sentence only tells that the other is normal."""
    said = [item for item in row if not (item.text in _BESIDE_SIDE or item.is_side)]
    sides = [item.entry.side for item in row if item.is_side]
    is_of_hip = bool(said) and said[0].concept("joint") == _HIP
    said = said[1:] if is_of_hip else said
    is_normal = len(said) == 1 and (said[0].concept("result") == "normal" or said[0].text == "n")
    is_normal = is_normal and not said[0].entry.cues
    if not (is_normal and len(sides) == 1 and sides[0] in _OPPOSITE) or before.sentence.ending not in _ENDINGS:
        return []
    told = {item.entry.side or item.side for item in before.row} - {None, Side.UNSTATED}
    if len(told) != 1 or told & {sides[0], Side.BOTH} or not has_result(before.row):
        return []
    kinds = (_MOTION,) if is_of_hip else HEADS
    heads = sorted(at for kind in kinds for at in before.row.kinds.get(kind, ()))
    return [before.sentence.part(*before.row.words(at, at)) for at in dict.fromkeys(heads)][:_LONGEST]


def _topic_above(before: Clause, row: Row) -> Sentence | None:
    """Return the words for what the sentence before examined, where this one only names a further part of it."""
    is_below = before.sentence.ending == LINE and _is_title(before)
    is_next = before.sentence.ending == STOP and "reflex" in before.row.kinds and "reflex-place" in row.kinds
    if before.sentence.ending != CLAUSE and not is_below and not is_next:
        return None
    if _TOPIC in row.kinds or not (row.has_number or any(kind in row.kinds for kind in RESULTS)):
        return None
    for at in before.row.kinds.get(_TOPIC, ()):
        parts = _PARTS_OF.get(before.row[at].concept(_TOPIC) or "", ())
        if any(kind in row.kinds for kind in parts) and not before.row[at].concept("result"):
            return before.sentence.part(*before.row.words(at, at))
    is_of_reflexes = "reflex" in before.row.kinds and "reflex-place" in row.kinds and "muscle" not in row.kinds
    is_of_reflexes = is_of_reflexes and (before.sentence.ending != STOP or _grades_reflexes(row))
    return _word(before.sentence, "reflexes", 0) if is_of_reflexes else None


def _grades_reflexes(row: Row) -> bool:
    """Return whether a sentence has nothing but joints or tendons with results: "Knees and ankles both present"."""
    return row[0].concept("reflex-place") is not None and all(
        item.concept("reflex-place") or _is_told(row, at) for at, item in enumerate(row)
    )


def _is_title(before: Clause) -> bool:
    """Return whether a line only names what is examined below it, or is an entry of such a list."""
    words = before.sentence.words
    row = before.row
    is_bare = all(item.concept(_TOPIC) or item.concept("filler") or item.text == _COLON for item in row)
    is_entry = bool(row) and row[0].concept(_TOPIC) is not None and any(item.is_side for item in row[:_NEAR])
    return len(words) <= _LONGEST * 2 and (is_bare or is_entry)


def _may_complete(before: Clause, row: Row) -> bool:
    """Return whether a sentence only tells of the other side: behind a semicolon, or as an entry, "Left: positive"."""
    is_entry = len(row) > 1 and row[0].is_side and row[1].text == _COLON and row[0].entry.side in _OPPOSITE
    is_next = before.sentence.ending == CLAUSE or (is_entry and before.sentence.ending in _ENDINGS)
    first = next((item for item in row if item.is_side), None)
    is_line = before.sentence.ending == LINE and len(row) > 1 and row[0].is_side
    is_next = is_next or is_line or (before.sentence.ending == STOP and _is_of_other_side(before.row, first))
    return is_next and (_tells_of_other(row, 0) or _ends_with_side(row))


def _is_of_other_side(before: Row, first: Item | None) -> bool:
    """Return whether one thing was examined on one side and an item is the other side: "SLR neg L. R pos at 40"."""
    told = {item.entry.side or item.side for item in before} - {None, Side.UNSTATED}
    heads = [at for kind in HEADS for at in before.kinds.get(kind, ())]
    side = first.entry.side if first is not None else None
    return side in _OPPOSITE and len(told) == len(heads) == 1 and told <= _OPPOSITE.keys() - {side}


def _completed(before: Clause, told: Clause, find: Find) -> Clause:
    """Return what is told of the other side behind the names of what was examined, if one thing was, or "both"."""
    row = before.row
    heads = examined(row)
    side = _named_for_other(told, row)
    topic = None if heads else _topic_named(before)
    if not (heads or topic) or side is None:
        return told
    names = [_name_of(before, head) for head in heads] if heads else [name for name in (topic,) if name]
    if len(heads) > 1 and _BOTH.isdisjoint(told.sentence.words):
        whole = _each_of(names, told) if side is told.sentence else None
        return told if whole is None else Clause(whole, find(whole))
    joined = [one for name in names for one in (_word(told.sentence, _AND, 0), name)]
    whole = joined[1].followed_by(*joined[2:], side)
    return Clause(whole, find(whole))


def _topic_named(before: Clause) -> Sentence | None:
    """Return the words before the first side or result, if they name strength or the like: "leg power R 5/5"."""
    row = before.row
    end = next((at for at in range(len(row)) if row[at].is_side or row[at].number >= 0 or _is_result(row[at])), 0)
    if not 0 < end <= _NEAR or not any(item.concept(_TOPIC) in _PARTS_OF for item in row[:end]):
        return None
    return before.sentence.part(0, row.firsts[end])


def _name_of(before: Clause, head: int) -> Sentence:
    """Return the words for what was examined: for a direction behind "rotation" both."""
    row = before.row
    name = before.sentence.part(*row.words(head, head))
    turns = [at for at in row.kinds.get(_MOTION, ()) if row[at].concept(_MOTION) == _ROTATION and at < head]
    is_direction = row[head].concept(_MOTION) is not None and _ROTATION[:3] not in row[head].text
    return before.sentence.part(*row.words(turns[0], turns[0])).followed_by(name) if turns and is_direction else name


def _each_of(names: Sequence[Sentence], told: Clause) -> Sentence | None:
    """Return what was examined with a result for each, where there are as many: "IR 10, ER 30; L 30 and 45"."""
    row, sentence = told.row, told.sentence
    results = [at for at, item in enumerate(row) if item.number >= 0 or _is_measure(item)]
    results = results or [at for at, item in enumerate(row) if _is_result(item)]
    sides = [at for at, item in enumerate(row) if item.is_side]
    if len(results) != len(names) or len(sides) != 1 or sides[0] > results[0]:
        return None
    ends = [*(row.firsts[at] for at in results[1:]), len(sentence.words)]
    parts = [sentence.part(row.firsts[at], end) for at, end in zip(results, ends, strict=True)]
    side, comma = sentence.part(*row.words(sides[0], sides[0])), _word(sentence, _COMMA, 0)
    listed = [one for name, part in zip(names, parts, strict=True) for one in (comma, side, name, part)]
    return listed[1].followed_by(*listed[2:])


def _named_for_other(told: Clause, row: Row) -> Sentence | None:
    """Return what is told with "other" written as the side that was not named, or None if both were, or neither."""
    sentence = told.sentence
    at = next((at for at, word in enumerate(sentence.words) if word in _OTHER), None)
    if at is None:
        return sentence
    sides = {side for item in row for side in (item.entry.side or item.side,) if side in _OPPOSITE}
    if len(sides) != 1:
        return None
    side = _OPPOSITE[sides.pop()]
    return sentence.part(0, at).followed_by(_word(sentence, side, at), sentence.part(at + 1))


def _word(sentence: Sentence, word: str, at: int) -> Sentence:
    return Sentence((word,), (word,), sentence.ending, sentence.starts[at : at + 1])


def _turn(row: Row, *, is_of_other: bool) -> int | None:
    """Return where a sentence turns to the other side, if the frames would not follow it past what stands before."""
    heads = [at for kind in HEADS for at in row.kinds.get(kind, ())]
    if not heads:
        return None
    for at in range(max(heads) + 1, len(row)):
        if row[at].text in _TURNS and _tells_of_other(row, at + 1):
            between = row[max(heads) + 1 : at]
            is_parted = any(item.is_unknown and not item.entry.concepts for item in between)
            is_parted = is_parted or any(item.role in _PAINS for item in between) or row[at].text in _CONTRASTS
            is_named_anew = is_of_other or any(
                row[led].text in _BOTH or _is_other(row, led) for led in range(at + 1, len(row))
            )
            return at if is_parted or is_named_anew else None
    return None


def _tells_of_other(row: Row, start: int) -> bool:
    """Return whether only a side and its result stand from a place on: "right 80 and comfortable"."""
    items = row[start:]
    if not items or len(items) > _LONGEST_TOLD:
        return False
    at = start
    while at < len(row) and row[at].is_marked(Mark.LINK) and not row[at].is_side and row[at].number < 0:
        if row[at].text in _BOTH:
            break
        at += 1
    is_led = at < len(row) and (row[at].is_side or row[at].text in _BOTH or _is_other(row, at))
    is_told = any(item.number >= 0 or _is_result(item) for item in items)
    end = next((place for place in range(start, len(row)) if not _is_told(row, place)), len(row))
    return is_led and is_told and (end == len(row) or _tells_more(row, end))


def _ends_with_side(row: Row) -> bool:
    """Return whether only a result and behind it one side are told: "negative on the right"."""
    sides = [at for at, item in enumerate(row) if item.is_side]
    results = [at for at, item in enumerate(row) if item.number >= 0 or _is_result(item)]
    if len(row) > _LONGEST_TOLD or len(sides) != 1 or not results or results[0] > sides[0]:
        return False
    return row[sides[0]].entry.side in _OPPOSITE and all(_is_told(row, at) for at in range(len(row)))


def _tells_more(row: Row, at: int) -> bool:
    """Return whether an entry goes on behind its result with the pain that comes with it: "Left: positive for pain"."""
    is_entry = row[0].is_side and row[1].text == _COLON
    is_led = row[at - 1].text.split()[-1] in _WITH and any(_is_result(item) for item in row[at - 2 : at])
    return is_entry and is_led and row[at].role in _PAINS


def _is_told(row: Row, at: int) -> bool:
    item = row[at]
    is_small = item.is_side or item.text in _SMALL or item.is_marked(Mark.LINK, Mark.LIST) or item.concept("filler")
    return bool(is_small) or item.number >= 0 or _is_result(item) or _is_other(row, at)


def _is_result(item: Item) -> bool:
    return any(item.concept(kind) for kind in RESULTS) and not any(item.concept(kind) for kind in HEADS)


def _is_measure(item: Item) -> bool:
    return any(item.concept(kind) for kind in RESULTS if kind != "result")


def _is_other(row: Row, at: int) -> bool:
    """Return whether "other" stands there: of the two sides the one that was not named."""
    return row[at].is_unknown and row.sentence.words[row.firsts[at]] in _OTHER
