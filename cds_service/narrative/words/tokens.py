"""What the items of a sentence are to a frame of the examination: its heads, results, sides and what parts them."""

from collections.abc import Sequence
from enum import Enum
from typing import Final, NamedTuple

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side


class Part(Enum):
    """The part that an item plays in a statement of an examination."""

    HEAD = "head"  # what was examined: a test, a muscle, a reflex
    TOPIC = "topic"  # what the heads around it are about: strength, sensation
    OTHER = "other"  # what another frame reads: it takes results, and says nothing here
    RESULT = "result"
    SIDE = "side"
    SEPARATOR = "separator"
    BREAK = "break"
    PARTING = "parting"  # "except", and perhaps "with"
    __hash__ = object.__hash__


class Token(NamedTuple):
    """An item with its part. `concept`: of a head. `value` and `grade`: of a result; without value it says nothing.

    Of a separator `concept` tells which it is. `words`: the items that make up a result, which are then cues of
    nothing else. `is_part`: a head that is but a part of what the finding is about, such as one muscle.
    `is_both_word`: the word "both", which may be said of two heads.
    """

    part: Part
    at: int
    concept: str = ""
    side: Side = Side.UNSTATED
    value: FindingValue | None = None
    grade: str = ""
    words: tuple[int, ...] = ()
    is_part: bool = False
    is_both_word: bool = False

    @property
    def is_and(self) -> bool:
        """Return whether it is the word "and"."""
        return self.part is Part.SEPARATOR and self.concept == _AND

    @property
    def is_slash(self) -> bool:
        """Return whether it is a slash."""
        return self.part is Part.SEPARATOR and self.concept == _SLASH

    @property
    def is_head(self) -> bool:
        """Return whether it takes results."""
        return self.part in _HEADS

    @property
    def is_named(self) -> bool:
        """Return whether it is a head of its own, and no topic: a leg or an arm."""
        return self.part is Part.HEAD or (self.part is Part.OTHER and bool(self.concept))


# The tokens of small words, which are the same wherever they stand.
BREAK: Final = Token(Part.BREAK, -1)
SEPARATOR: Final = Token(Part.SEPARATOR, -1)
AND_WORD: Final = Token(Part.SEPARATOR, -1, "and")
SLASH: Final = Token(Part.SEPARATOR, -1, "/")
SIDES: Final = {side: Token(Part.SIDE, -1, side=side) for side in Side}
BOTH_WORD: Final = SIDES[Side.BOTH]._replace(is_both_word=True)
ASKED: Final = Token(Part.BREAK, -1, "?")  # each frame is asked what the word is to it
_AND, _SLASH = AND_WORD.concept, SLASH.concept
_HEADS = frozenset({Part.HEAD, Part.TOPIC, Part.OTHER})
_BREAK = Part.BREAK
_HEAD, _OTHER, _TOPIC, _SIDE = Part.HEAD, Part.OTHER, Part.TOPIC, Part.SIDE
_ENDS = frozenset({Part.SEPARATOR, Part.BREAK})


def split_runs(tokens: Sequence[Token]) -> list[list[Token]]:
    """Return the tokens between breaks."""
    runs: list[list[Token]] = [[]]
    for token in tokens:
        if token.part is not _BREAK:
            runs[-1].append(token)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def drop_named_topics(run: list[Token]) -> list[Token]:
    """Return a run without the topics whose heads stand beside them: in "power of the EHL 4/5" the EHL is the head."""
    dropped = _companions(run)
    for place, token in enumerate(run):
        if token.part is _TOPIC and place not in dropped:
            passed = _topics_before_head(run, place)
            dropped.update(at - 1 for at in passed[1:] if run[at - 1].part is Part.SEPARATOR)  # "touch and pinprick"
            if passed and _topics(run[: passed[-1] + 1]) > 1:  # "sensation and power both normal in the left leg"
                dropped.update(at for at in range(place, len(run)) if run[at].is_both_word)
            dropped.update(passed or ([place] if _is_behind_head(run, place) else ()))
    if not dropped:
        return run
    return [token for place, token in enumerate(run) if place not in dropped]


def _topics(tokens: Sequence[Token]) -> int:
    return sum(one.part is _TOPIC or (one.part is _OTHER and not one.concept) for one in tokens)


def _companions(run: Sequence[Token]) -> set[int]:
    """Return the foreign topics that share the result before them with one of ours: "normal tone and power"."""
    if not run or run[0].part is not Part.RESULT:
        return set()
    end = 1
    while end < len(run) and (run[end].part is Part.SEPARATOR or (run[end].part is _OTHER and not run[end].concept)):
        end += 1
    is_listed = any(token.part is _OTHER for token in run[1:end])
    is_shared = is_listed and end < len(run) and run[end].part is _TOPIC and run[end - 1].part is Part.SEPARATOR
    return set(range(1, end)) if is_shared else set()


def _topics_before_head(run: Sequence[Token], place: int) -> list[int]:
    """Return the topics from a place up to the head that they are about, or none."""
    passed = [place]
    has_result = False
    for at in range(place + 1, len(run)):
        token = run[at]
        if token.is_named:
            return passed
        if token.part is Part.SEPARATOR and has_result and run[at + 1 : at + 2] and run[at + 1].part is not Part.TOPIC:
            break
        if token.part in {Part.TOPIC, Part.OTHER}:
            if has_result and token.part is Part.OTHER:
                break
            passed.append(at)
        has_result = has_result or token.part is Part.RESULT
    return []


def _is_behind_head(run: Sequence[Token], place: int) -> bool:
    for token in reversed(run[:place]):
        if token.is_named:
            return True
        if token.part in {Part.RESULT, Part.SEPARATOR, Part.OTHER}:
            return False
    return False


def _without_lent_results(run: list[Token]) -> list[Token]:
    """Return a run without the result of a leg that is of the topic behind it: "left leg reduced power"."""
    lent = {place - 1 for place in range(2, len(run)) if _takes_result_of_leg(run, place)}
    return [token for place, token in enumerate(run) if place not in lent] if lent else run


def _takes_result_of_leg(run: Sequence[Token], place: int) -> bool:
    """Return whether another frame's topic stands behind a leg and its result, and shares it with no topic of ours."""
    token, result, leg = run[place], run[place - 1], run[place - 2]
    if token.part is not _OTHER or token.concept or result.part is not Part.RESULT:
        return False
    behind = [one.part for one in run[place + 1 : place + 4]]
    is_shared = behind[1:2] == [_TOPIC] and behind[2:] != [Part.RESULT]
    return leg.part is _HEAD and not leg.is_part and behind[:1] in ([], [Part.SEPARATOR]) and not is_shared


def _without_heads_behind(run: list[Token]) -> list[Token]:
    """Return a run without the heads that stand right behind another frame's topic: "sensation L4, L5 reduced"."""
    kept: list[Token] = []
    end = 0
    for place, token in enumerate(run):
        if token.part is _OTHER and not token.concept:
            end = max(end, _end_of_heads(run, place + 1))
        if place >= end or token.part is not _HEAD:
            kept.append(token)
        elif token.side is not Side.UNSTATED:
            kept.append(token._replace(part=_SIDE))
    return kept


def _end_of_heads(run: Sequence[Token], start: int) -> int:
    """Return where the heads end that begin at a place and have a result right behind them, or the place."""
    end = start
    while end < len(run) and (run[end].part in {_HEAD, _SIDE} or (end > start and run[end].part is Part.SEPARATOR)):
        end += 1
    is_told = end < len(run) and run[end].part is Part.RESULT and run[end - 1].part is not Part.SEPARATOR
    return end if is_told else start


def without_lent_heads(run: list[Token]) -> list[Token]:
    """Return a run without the heads that another frame's topic has taken: "left leg: reflexes normal"."""
    if not any(token.part is _OTHER for token in run):
        return run
    kept: list[Token] = []
    is_lent = False
    for token in reversed(_without_lent_results(_without_heads_behind(run))):
        if not (is_lent and token.part is _HEAD):
            kept.append(token)
        elif token.side is not Side.UNSTATED:
            kept.append(token._replace(part=Part.SIDE))
        is_lent = token.part is _OTHER or (is_lent and token.part is _SIDE)
    kept.reverse()
    return kept
