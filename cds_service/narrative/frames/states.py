"""What became of an organ: a failure named as such, or an aspect of it and the nearest change: "loss of control"."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from cds_service.narrative.frames.organ_answers import answered_organs
from cds_service.narrative.words.items import Item, Role, Row
from cds_service.narrative.words.lexicon import Mark

ORGAN, ASPECT, CHANGE, FAILURE = "organ", "aspect", "change", "failure"
NO, FINE, _LOST, _CANNOT, _TROUBLE = "no", "fine", "lost", "cannot", "trouble"
_CONTINENCE, _INCONTINENCE = "continence", "incontinence"
_GONE: Final = frozenset({_LOST, _CANNOT, NO})
_WITHOUT_ORGAN: Final = frozenset({"passing"})
# What an aspect that is lost, or else changed, amounts to.
_AMOUNTS: Final[Mapping[str, tuple[str, str]]] = {
    "control": (_INCONTINENCE, "poor-control"),
    "feeling": ("insensibility", "insensibility"),
    "urge": ("insensibility", "insensibility"),
    "passing": ("retention", "difficulty"),
    "starting": ("retention", "difficulty"),
    "tone": ("laxity", "laxity"),
    "function": (_TROUBLE, _TROUBLE),
}
_NOT = frozenset({"not", "is not", "was not"})
_NO_TROUBLE = tuple(f"{no} {word}" for no in ("no", "without") for word in ("difficult", "trouble", "problem"))
_YES = "yes"
_ALL = "all "  # a heading that is said of all in its list
_FEELS = frozenset({"feel", "feels", "feel yourself", "feels herself", "feels himself", "feel myself"})
_DOING = frozenset({"fill", "filling", "full", "coming", "come", "passing", "pass", "move", "moving", "flow"})
_URGE = "urge"
_AUXILIARIES = frozenset({"has", "have", "had", "has now", "is now", "now"})
_LISTS = (Mark.LIST, Mark.JOINED)
_N = "n"
_PASSED = frozenset({"the", "a", "of", "his", "her"})
_BY = frozenset({"with", "w /", "on", "by", "via", "using"})
_OF, _ARTICLES = "of", frozenset({"the", "a", "some"})
_REACH = 6  # items between an aspect and its change
_COMMA, _COMMA_COST, _LIST_COST, _NO_COST = ",", 10, 3, 2


class State(NamedTuple):
    """What became of something, with the items that say so. `is_bare`: it needs no organ. `is_fine`: it is well."""

    first: int
    last: int
    failure: str
    is_fine: bool = False
    is_bare: bool = True


class _Change(NamedTuple):
    """A change beside an aspect, and what it costs to reach it."""

    cost: int
    place: int
    name: str


def read_states(row: Row) -> Iterator[State]:
    """Yield the states that a sentence names. A change that no aspect has is one of the organ itself."""
    for at in row.kinds.get(FAILURE, ()):
        if _is_of_another(row, at):
            continue
        failure = row[at].concept(FAILURE) or ""
        is_well = failure == _CONTINENCE
        if is_well and _is_by_aid(row, at):
            continue
        yield State(at, at, _INCONTINENCE if is_well else failure, is_well)
    answers = set(answered_organs(row))
    yield from (State(at, at, FINE, is_fine=True, is_bare=False) for at in sorted(answers))
    taken = answers
    for at in row.kinds.get(ASPECT, ()):
        change = _Change(0, at, FINE) if _is_felt(row, at) else _nearest_change(row, at)
        if change is not None:
            if not row[change.place].text.startswith(_ALL):
                taken.add(change.place)
            yield from _of_aspect(row, at, change)
    for at in row.kinds.get(CHANGE, ()):
        name = row[at].concept(CHANGE) or ""
        is_verb = at + 1 < len(row) and row[at + 1].concept(FAILURE) is not None  # "has gone numb"
        if at not in taken and name != NO and not row[at].concept(FAILURE) and not is_verb:
            yield _not_fine(row, State(at, at, name, name == FINE, is_bare=False))


def _is_by_aid(row: Row, at: int) -> bool:
    """Return whether somebody stays dry by something that nobody here knows: "continent with catheter"."""
    behind = [item for item in row[at + 1 : at + 6] if not (item.text in _PASSED or item.concept(ORGAN))]
    return len(behind) > 1 and behind[0].text in _BY and behind[1].is_unknown


def _is_of_another(row: Row, at: int) -> bool:
    """Return whether a failure is one of something that nobody here knows: "retention of cement"."""
    behind = [item for item in row[at + 1 : at + 4] if item.text not in _ARTICLES]
    return len(behind) > 1 and behind[0].text == _OF and behind[1].is_unknown and not _is_ours(behind[1])


def _of_aspect(row: Row, at: int, change: _Change) -> Iterator[State]:
    aspect = row[at].concept(ASPECT) or ""
    if aspect not in _AMOUNTS:
        return
    lost, changed = _AMOUNTS[aspect]
    failure = lost if change.name in _GONE or change.name == FINE else changed
    if failure == _TROUBLE and change.name == FINE:
        failure = FINE
    first, last = min(at, change.place), max(at, change.place)
    if lost != changed and change.name == FINE and row[change.place].text.startswith(_NO_TROUBLE):
        yield State(first, last, changed, is_fine=True, is_bare=aspect in _WITHOUT_ORGAN)
    yield _not_fine(row, State(first, last, failure, change.name == FINE, aspect in _WITHOUT_ORGAN), changed)


def _not_fine(row: Row, state: State, changed: str = _TROUBLE) -> State:
    """Return a state, turned where "not" stands before what would be well: "not passing urine normally"."""
    before = state.first - 1
    if not state.is_fine or before < 0 or row[before].text not in _NOT:
        return state
    return state._replace(first=before, failure=changed, is_fine=False)


def _nearest_change(row: Row, aspect: int) -> _Change | None:
    """Return the nearest change on either side, first of all one that no comma parts from the aspect."""
    own = row[aspect].concept(CHANGE)
    if own:
        return _Change(0, aspect, own)
    found = [one for step in (-1, 1) if (one := _change_towards(row, aspect, step)) is not None]
    if len(found) > 1 and found[0].name == _LOST and row[found[1].place].entry.cues:
        return found[0]  # "loss of bowel control absent"
    return min(found) if found else None


def _change_towards(row: Row, aspect: int, step: int) -> _Change | None:
    cost, is_passed, is_other, is_listed = 0, False, False, False
    for at in range(aspect + step, aspect + step * (_REACH + 1), step):
        if not 0 <= at < len(row):
            return None
        item = row[at]
        cost += 1
        name = item.concept(CHANGE)
        if name and item.concept(ASPECT):
            return None  # "no feeling" is another's
        if step > 0 and cost == 1 and _is_normal(row, at):
            return _Change(cost, at, FINE)
        if name == NO and step > 0:
            return _turned(row, cost, at)
        if name:
            is_ours = (is_listed or not is_other) and not (name == NO and cost >= _COMMA_COST)
            return _Change(cost + (_NO_COST if name == NO else 0), at, name) if is_ours else None
        if item.is_marked(*_LISTS):
            cost += _COMMA_COST if item.text == _COMMA else _LIST_COST
            is_listed = True
        elif item.is_unknown and not is_passed and not _is_ours(item):
            is_passed = True  # "tone was markedly reduced"
        elif not _may_stand_between(row, at):
            return None
        is_other = is_other or item.concept(ASPECT) is not None
    return None


def _is_normal(row: Row, at: int) -> bool:
    """Return whether a letter says that it is normal: "tone N, squeeze good"."""
    return row[at].text == _N and (at + 1 == len(row) or row[at + 1].is_marked(*_LISTS))


def _is_felt(row: Row, at: int) -> bool:
    """Return whether someone feels an organ and no more is said of it: "feels wiping", "feels the bladder fill"."""
    before = row[at - 1] if at else None
    # Whatever else stands before it may take it back: "hardly feels wiping".
    is_free = before is None or before.is_marked(*_LISTS) or before.concept(CHANGE) == FINE
    if row[at].text not in _FEELS or not is_free or (before is not None and before.entry.cues):
        return False
    behind = [item for item in row[at + 1 : at + 1 + _REACH] if item.role is not Role.BRIDGE]
    is_named = bool(behind) and behind[0].concept(ORGAN) is not None
    rest = behind[2:] if len(behind) > 1 and behind[1].text in _DOING else behind[1:]
    return is_named and (not rest or rest[0].text == _YES or rest[0].is_marked(Mark.STOP, *_LISTS))


def _is_ours(item: Item) -> bool:
    return any(item.concept(kind) for kind in (ORGAN, ASPECT, CHANGE, FAILURE))


def _turned(row: Row, cost: int, at: int) -> _Change | None:
    """Return the change behind a "not" as its opposite: "tone is not reduced"."""
    name = row[at + 1].concept(CHANGE) if at + 1 < len(row) else None
    if name is None or name == NO:
        return None
    return _Change(cost + 1, at + 1, _TROUBLE if name == FINE else FINE)


def _may_stand_between(row: Row, at: int) -> bool:
    item = row[at]
    if item.text in _AUXILIARIES:
        return True
    if item.concept(FAILURE) or item.concept(ASPECT) == _URGE or item.is_marked(Mark.STOP):
        return False
    return item.is_side or item.is_marked(Mark.LINK) or bool(item.concept(ORGAN) or item.concept(ASPECT))
