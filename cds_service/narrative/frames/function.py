"""The frame of function: bladder, bowel, saddle, anal tone and sex, each with its failure, in any order."""

from collections.abc import Iterator
from typing import NamedTuple

from cds_service.model.facts import FindingValue
from cds_service.narrative.frames.frame import Frame
from cds_service.narrative.frames.place_table import meaning_alone
from cds_service.narrative.frames.states import ASPECT, CHANGE, FAILURE, NO, ORGAN, State, read_states
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import Mark, PhraseMeaning

_LISTS = (Mark.LIST, Mark.JOINED)
_BLADDER, _BOWEL = frozenset({"bladder", "urine"}), frozenset({"bowel", "stool"})
_EITHER, _BOTH, _OTHER = "either", "both", "other"
_FILLER = "filler"  # "markedly": it changes nothing
_REACH = 7  # items between a state and its organ
_MAX_UNKNOWN = 2
_PASSED = frozenset({"has", "have", "had", "has now", "is now", "she", "he", "i", "they", ":"})
_COMMA = ","
_LAXITY, _ANUS, _SADDLE, _SADDLE_LOST = "laxity", "anus", frozenset({"saddle", "anus"}), "saddle-anaesthesia"


class _Organs(NamedTuple):
    """Organs of a list that share a state."""

    places: tuple[int, ...]
    names: frozenset[str]
    is_joined: bool  # by "or"


class FunctionFrame(Frame):
    """Reads what became of an organ: "incontinent of bowel and bladder", "cannot feel when she wipes"."""

    name = "function"
    kinds = frozenset({ORGAN, ASPECT, CHANGE, FAILURE})
    heads = frozenset({ORGAN, FAILURE, ASPECT})

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield the failures of a sentence, and those that it denies by saying that all is well."""
        states = list(read_states(row))
        stating = frozenset(at for state in states for at in (state.first, state.last))
        for state in states:
            table = self.table.get(state.failure)
            if not table:
                continue
            organs = self._organs_of(row, state, stating, frozenset(table))
            if organs is None and state.failure == _LAXITY and _is_tone_beside(row, state):
                yield _mention(row, state, table[_ANUS], (state.first, state.last))
            elif organs is None:
                alone = meaning_alone(table) if state.is_bare else None
                if alone:
                    yield _mention(row, state, alone, (state.first, state.last))
            else:
                for name in _read_together(organs, frozenset(table)):
                    yield _mention(row, state, table[name], organs.places)

    def _organs_of(self, row: Row, state: State, stating: frozenset[int], known: frozenset[str]) -> _Organs | None:
        """Return the nearest organs of which a state can be said."""
        found = []
        for at in row.kinds.get(ORGAN, ()):
            cost = _distance(row, state, at, stating)
            if cost is None:
                continue
            organs = _listed(row, at, state, stating)
            if _read_together(organs, known):
                found.append((cost, at < state.first, organs.places, organs))
        return min(found, key=lambda one: one[:3])[3] if found else None


def _is_tone_beside(row: Row, state: State) -> bool:
    """Return whether a tone is that of the saddle before it, and its clause says no more: "PAS intact, tone normal"."""
    ends = state.last + 1 >= len(row) or row[state.last + 1].is_marked(Mark.STOP, *_LISTS)
    begins = state.first > 0 and row[state.first - 1].is_marked(*_LISTS)
    before = row[: state.first]
    return ends and begins and any(_is_of_saddle(item) for item in before)


def _is_of_saddle(item: Item) -> bool:
    saying = item.entry.saying
    is_named = saying is not None and _SADDLE_LOST in (*saying.records, *saying.denies)
    return is_named or item.concept(ORGAN) in _SADDLE


def _mention(row: Row, state: State, meaning: PhraseMeaning, places: tuple[int, ...]) -> Mention:
    value = FindingValue.ABSENT if state.is_fine else FindingValue.PRESENT
    parts = (*places, state.first, state.last)
    if any(item.entry.cues for item in row[max(places) + 1 : state.first]):  # "bottom not numb"
        return Mention(state.first, meaning, state.first, state.last, value=value, parts=parts)
    return Mention(places[0], meaning, min(state.first, *places), max(state.last, *places), value=value, parts=parts)


def _read_together(organs: _Organs, known: frozenset[str]) -> list[str]:
    """Return by which organs the table is read. Bladder and bowel are read together where it has a word for that."""
    names = organs.names
    if names & _BLADDER and names & _BOWEL:
        pair = _EITHER if organs.is_joined else _BOTH
        if pair in known:
            return [pair, *sorted(names & known - _BLADDER - _BOWEL)]
    return sorted(names & known)


def _distance(row: Row, state: State, at: int, stating: frozenset[int]) -> int | None:
    """Return how far an organ is from a state, or None if it cannot be its own."""
    if state.first <= at <= state.last:
        return 0
    if row[at].concept(FAILURE) or (at > state.last and _has_own(row, at, state)):
        return None  # "erectile dysfunction: absent", "numb foot and saddle anaesthesia"
    between = range(state.last + 1, at) if at > state.last else range(at + 1, state.first)
    if len(between) > _REACH or row[at].concept(ORGAN) == _OTHER:
        return None
    if at > state.last and any(row[place].concept(CHANGE) == NO for place in between):
        return None  # "tingling in the leg - no saddle numbness"
    cost = unknown = 0
    for place in between:
        item = row[place]
        unknown += item.is_unknown and not (item.concept(ORGAN) or item.concept(_FILLER))
        is_denied_behind = at > state.last and item.concept(CHANGE) == NO  # "degenerative change - no retention"
        if unknown > _MAX_UNKNOWN or place in stating or item.text == _COMMA or _parts(item) or is_denied_behind:
            return None
        cost += 1
    return cost + 1


def _has_own(row: Row, at: int, state: State) -> bool:
    """Return whether an organ's own failure stands right behind it: "poor stream and perineal numbness"."""
    is_other = at + 1 < len(row) and not state.first <= at + 1 <= state.last
    return is_other and bool(row[at].concept(ORGAN)) and row[at + 1].concept(FAILURE) is not None


def _parts(item: Item) -> bool:
    """Return whether an item parts a state from an organ: a cue, a finding, or what begins something else."""
    if item.text in _PASSED:
        return False
    if item.is_marked(Mark.STOP, Mark.BEGAN) or (item.entry.cues and item.concept(CHANGE) != NO):
        return True
    saying = item.entry.saying
    return saying is not None and not saying.is_site and not item.concept(ORGAN)


def _listed(row: Row, at: int, state: State, stating: frozenset[int]) -> _Organs:
    """Return an organ with those that a list joins to it, on the same side of the state."""
    places, is_joined = [at], False
    region = _region(at, state)
    for step in (-1, 1):
        waiting = is_or = False
        place = at + step
        while 0 <= place < len(row) and abs(place - places[-1 if step > 0 else 0]) <= _REACH:
            item = row[place]
            is_same = region == 0 and state.first == state.last  # "incontinence of urine" is one phrase
            if (
                item.number >= 0
                or (_region(place, state) != region and not is_same)
                or (place in stating and not state.first <= place <= state.last)
            ):
                break
            if waiting and step > 0 and _has_own(row, place, state):
                break
            if item.concept(ORGAN) and (waiting or item.concept(ORGAN) == row[places[0]].concept(ORGAN)):
                places = [*places, place] if step > 0 else [place, *places]
                is_joined, waiting, is_or = is_joined or is_or, False, False
            elif item.is_marked(*_LISTS):
                waiting, is_or = True, is_or or item.is_marked(Mark.JOINED)
            elif not (item.is_side or (item.is_marked(Mark.LINK) and not item.entry.cues)):
                break
            place += step
    kept = tuple(places)
    return _Organs(kept, frozenset(row[one].concept(ORGAN) or "" for one in kept), is_joined)


def _region(at: int, state: State) -> int:
    return -1 if at < state.first else int(at > state.last)
