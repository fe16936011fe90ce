"""Read all mentions of a sentence: pains, signs and what frames state, with their qualifiers and sides."""

from collections.abc import Iterator, Mapping
from operator import attrgetter
from typing import Final, NamedTuple

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.frames import sites
from cds_service.narrative.frames.all_frames import FrameReader
from cds_service.narrative.frames.antecedent import NOTHING, Meant
from cds_service.narrative.frames.pain import PainReader
from cds_service.narrative.frames.subject import Subject
from cds_service.narrative.frames.tallies import read_tally
from cds_service.narrative.frames.trailing_places import trailing_places
from cds_service.narrative.mentions import Mention, read_signs
from cds_service.narrative.qualifiers import qualify
from cds_service.narrative.sides.deficits import settle_deficits
from cds_service.narrative.sides.either_side import free_of_both
from cds_service.narrative.sides.nearby import place_sides
from cds_service.narrative.sides.other_side import pains_of_other_side
from cds_service.narrative.words.items import UNKNOWN_ITEM, Item, Role, Row
from cds_service.narrative.words.lexicon import FrameTable, Mark, PhraseMeaning
from cds_service.narrative.words.traits import PAIN, QUALIFIER, SAYING, SIDE, SIGN

_BACK = frozenset({"low-back-pain", "back-pain-unstated"})
_PROVOKING = frozenset(
    {
        "slr-positive",
        "femoral-stretch-positive",
        "fadir-positive",
        "faber-positive",
        "hip-rotation-limited",
        "squat-painful",
    }
)


_PAINS: Final = frozenset({Role.PAIN, Role.PAIN_WORD})
_TOPIC, _IN_THE = "topic", frozenset({"in", "over", "of", "at", "on", "the"})
_NUMB: Final = "numb"  # of which "nil below the knee" is said where no pain is told
_NO_PAINS: Final = PainReader([], frozenset())


class Found(NamedTuple):
    """What a sentence names. `last_pain`: the chain of its last pain, 0 if that is elsewhere, None without one."""

    mentions: list[Mention]
    places_without_pain: list[PhraseMeaning]
    last_pain: int | None


class MentionReader:
    """Reads the mentions of a sentence. Created once and never changed, so it is safe to share."""

    def __init__(self, tables: Mapping[str, FrameTable]) -> None:
        self._frames = FrameReader(tables)
        self._tender = frozenset(tables.get(sites.NAME, {}).get(sites.TENDER, {}))

    def may_mention(self, row: Row) -> bool:
        """Return whether a sentence names anything that may be a finding."""
        return bool(row.traits & SAYING) or self._frames.has_head(row)

    def stated(self, row: Row) -> Iterator[Mention]:
        """Yield what frames alone read as present, before any context."""
        return (mention for mention in self._frames.read(row) if mention.value is FindingValue.PRESENT)

    def read(self, row: Row, antecedent: Meant = NOTHING) -> Found:
        """Return the mentions, the places of pain named without a pain, and the last pain."""
        stated = self._frames.read(row)
        if any(mention.about is Subject.UNSAID for mention in stated) and antecedent.is_ours is False:
            stated = [mention for mention in stated if mention.about is not Subject.UNSAID]
        taken = {place for mention in stated for place in mention.parts}
        weak = {one.place for one in stated if _begins_deficit(row, one)}
        pains = self._pains(row, _without(row, taken | weak), antecedent) if row.traits & PAIN else _NO_PAINS
        others = stated
        if row.traits & SIGN:
            others = [*(sign for sign in read_signs(row) if sign.place not in taken), *stated]
        if _NUMB in row.kinds and not pains.mentions:
            others = [one for one in others if not (one.saying.is_pain and one.saying.is_denial)]
        if len(others) > 1:
            others = list(_without_denied(others))
            others = sorted(others, key=attrgetter("place"))
        if others and pains.places_without_pain:
            pains.mentions += trailing_places(row, others, pains.mentions)
        mentions = [*pains.mentions, *others]
        for mention in stated:
            row.name((mention.place, *mention.parts), mention.saying)
        if row.traits & QUALIFIER:
            qualify(row, mentions)
        if row.traits & SIDE:
            place_sides(row, mentions)
            free_of_both(row, mentions)
            mentions += pains_of_other_side(row, pains.mentions)
        if others:
            mentions = _not_denied(mentions)
            settle_deficits(row, others)
        if pains.referring:
            _refer(pains, antecedent.side if pains.opening is Side.UNSTATED else pains.opening)
        if stated and pains.mentions:
            _pass_side(row, stated, pains.mentions)
        last = pains.last
        return Found(mentions, pains.places_without_pain, None if last is None else last.chain if last.is_ours else 0)

    def _pains(self, row: Row, items: list[Item], antecedent: Meant) -> PainReader:
        """Return the pains of a sentence. `items`: its own, without the places that frames have."""
        return PainReader(items, self._tender, antecedent, read_tally(items, row.sentence.words))


def _without_denied(mentions: list[Mention]) -> Iterator[Mention]:
    """Yield the mentions but those of which another frame read more, and that it denies them: "ramus fracture -ve"."""
    denied = [one for one in mentions if one.value is FindingValue.ABSENT and one.results]
    for one in mentions:
        own = {one.place, *one.parts}
        is_denied = one.value is FindingValue.PRESENT and any(
            own <= {other.place, *other.parts}
            and one.side is other.side
            and set(one.saying.records) <= set(other.saying.denies)
            for other in denied
        )
        if not is_denied:
            yield one


def _pass_side(row: Row, stated: list[Mention], pains: list[Mention]) -> None:
    """Give the pain that a test or movement provokes its side, if no other is told. The back gets none by that."""
    found = [one for one in stated if one.value is FindingValue.PRESENT]
    provoked = [one for one in found if not _PROVOKING.isdisjoint(one.saying.records)]
    if not provoked:
        return
    sides = {item.entry.side or item.side for item in row} - {Side.UNSTATED}
    first = min(one.place for one in provoked)
    for pain in pains:
        if pain.side is not Side.UNSTATED or not _BACK.isdisjoint(pain.saying.records):
            continue
        pain.side = _side_provoked(row, provoked, pain)
        if pain.side is Side.UNSTATED and len(sides) == 1 and pain.first > first:
            pain.side = next(iter(sides))


def _side_provoked(row: Row, provoked: list[Mention], pain: Mention) -> Side:
    """Return the side of the test before a pain that no comma parts from it: "R hip IR 10 with groin pain, L 35"."""
    before = [one for one in provoked if one.place < pain.first]
    if not before:
        return Side.UNSTATED
    test = max(before, key=attrgetter("place"))
    is_apart = any(item.is_marked(Mark.LIST, Mark.STOP) for item in row[test.place + 1 : pain.first])
    return Side.UNSTATED if is_apart else test.side


def _refer(pains: PainReader, side: Side) -> None:
    """Give the pains that continue one of the sentence before its side."""
    for mention in pains.mentions:
        if mention.chain in pains.referring and mention.radiates and mention.side is Side.UNSTATED:
            mention.side = side


def _not_denied(mentions: list[Mention]) -> list[Mention]:
    """Return mentions without those that are but a part of their own denial: "femoral neck fracture: negative"."""
    denied = [one for one in mentions if one.value is FindingValue.ABSENT and one.results]
    return [one for one in mentions if not any(_is_part_of(one, other) for other in denied)] if denied else mentions


def _is_part_of(mention: Mention, denial: Mention) -> bool:
    is_same = mention.saying.records == denial.saying.records and mention.side is denial.side
    is_within = denial.first <= mention.first and mention.last < denial.last
    return mention.value is FindingValue.PRESENT and is_same and is_within


def _without(row: Row, taken: set[int]) -> list[Item]:
    """Return a sentence whose places of pain are none where a frame has them: "groin pain, hip arthritis"."""
    hidden = [place for place in taken if row[place].role is Role.PLACE and not _hurts(row, place)]
    hidden += [place for place in range(len(row)) if _is_felt(row, place)] if _TOPIC in row.kinds else []
    if not hidden:
        return row
    items = list(row)
    for place in hidden:
        items[place] = UNKNOWN_ITEM
    return items


def _begins_deficit(row: Row, mention: Mention) -> bool:
    """Return whether a place has a deficit, and no pain: "calf pain, R quadriceps weakness", "numb foot, heel pain"."""
    if mention.saying.is_pain or not mention.results:
        return False
    if not any(item.role in _PAINS for item in row[: mention.place]):
        return _has_own_place(row, mention.place)
    if mention.place + 1 not in mention.results:
        return False
    before = next((item for item in reversed(row[: mention.place]) if item.role is not Role.BRIDGE), None)
    return before is not None and before.is_marked(Mark.LIST, Mark.JOINED)


def _has_own_place(row: Row, place: int) -> bool:
    """Return whether the next pain behind a place names where it is."""
    pain = next((at for at in range(place + 1, len(row)) if row[at].role in _PAINS), None)
    if pain is None or row[pain].role is Role.PAIN:
        return pain is not None
    behind = next((item for item in row[pain + 1 :] if item.role is not Role.BRIDGE), None)
    return behind is not None and behind.role is Role.PLACE


def _is_felt(row: Row, place: int) -> bool:
    """Return whether a place is but where feeling was tested: "FADIR painful, sensation in the foot normal"."""
    behind = next((item for item in row[place + 1 :] if not item.is_side), None)
    if row[place].role is not Role.PLACE or behind is None or behind.concept("result") is None:
        return False
    lead = place - 1
    while lead > 0 and row[lead].text in _IN_THE:
        lead -= 1
    return 0 <= lead < place - 1 and row[lead].concept(_TOPIC) == "sensation"


def _hurts(row: Row, place: int) -> bool:
    """Return whether a word of pain stands right before a place and its side: "sore right hip ?bursitis"."""
    before = next((item for item in reversed(row[:place]) if not item.is_side), None)
    return before is not None and before.role is Role.PAIN_WORD
