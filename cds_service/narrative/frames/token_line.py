"""Line up the tokens of a sentence for a frame of the examination, from left to right."""

from collections.abc import Sequence
from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.frames.merging import EQUAL, joins, merge
from cds_service.narrative.frames.paired_results import OPPOSITE, ORDERS, is_measure
from cds_service.narrative.frames.partings import EXCEPT, close_exception, part_from
from cds_service.narrative.frames.small_words import COMPARING, NONE, NOT
from cds_service.narrative.frames.turning import is_turn, turns_to_other_side
from cds_service.narrative.words.items import Role, Row
from cds_service.narrative.words.lexicon import Mark
from cds_service.narrative.words.tokens import BREAK, SEPARATOR, SLASH, Part, Token

FOREIGN: Final = "foreign"  # the concept of a result whose word names a topic of another frame, too
OWN: Final = "own"  # one that names the frame's own topic: "neurovascularly intact", "5/5 throughout"
RETURNED: Final = "returned"  # one that takes back what was lost before
_BREAK, _RESULT, _SIDE, _SEPARATOR = Part.BREAK, Part.RESULT, Part.SIDE, Part.SEPARATOR
_OPENING, _TEST = "(", "test"
_LEADING = frozenset({Role.BRIDGE, Role.RUN})
_NEAR = 3  # tokens: a place, its side, and the slash of a date
_CLAIM = 3  # a result, its head and its side
_SIDE_WORD = "side"
_OTHER = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}
_RELATIVES, _WAS = frozenset({"which", "that"}), frozenset({"was", "were", "is", "are"})
_IS = frozenset({"is", "are", "was", "does", "has"})
_WITH, _THE, _OF = frozenset({"with", "to", "as"}), "the", "of"
_AS = "as"
_ON_THE = frozenset({"the", "on", "in", "at", "side"})
_MEASURES = ("grade", "reflex-grade", "score", "degrees", "result")


class TokenLine:
    """The tokens so far. `foreign`: what another frame's topic is. `takes_unknown`: unknown words that are let pass."""

    def __init__(self, row: Row, foreign: Part, takes_unknown: int) -> None:
        self.tokens: list[Token] = []
        self._row = row
        self._foreign = foreign
        self._takes_unknown = takes_unknown
        self._unknown = 0
        self._is_denied = False
        self._replaced: tuple[int, ...] = ()  # the words of results that the next one replaces

    def deny(self, at: int) -> bool:
        """Note a "not" that stands behind a head. Return whether it is one."""
        is_denial = self._row[at].text in NOT and any(one.is_head for one in self.tokens)
        if is_denial and self._closes(at):
            return self._turn(at)
        if is_denial and self._denies_side(at):
            return self._turn_to_side(at)
        self._is_denied = is_denial
        return is_denial

    def _closes(self, at: int) -> bool:
        """Return whether nothing more is said behind "not": "left leg numb, right not"."""
        return at + 1 >= len(self._row) or self._row[at + 1].is_marked(Mark.LIST, Mark.STOP)

    def _turn(self, at: int) -> bool:
        """Give a side the opposite of the last result, and return whether a side stands before "not"."""
        said = next((one.value for one in reversed(self.tokens) if one.part is _RESULT), None)
        if said is None or self.tokens[-1].part is not _SIDE:
            return False
        self.tokens.append(Token(_RESULT, at, value=OPPOSITE[said], words=(at,)))
        return True

    def _denies_side(self, at: int) -> bool:
        """Return whether "not" is said of a side and of nothing else: "present on the right but not on the left"."""
        behind = [item for item in self._row[at + 1 : at + 5] if item.text not in _ON_THE][:2]
        is_sided = bool(behind) and behind[0].is_side and behind[0].entry.side in _OTHER
        return is_sided and (len(behind) == 1 or behind[1].is_marked(Mark.LIST, Mark.STOP))

    def _turn_to_side(self, at: int) -> bool:
        """Give the side that follows the opposite of the last result, and return whether there is one."""
        told = [one for one in self.tokens if one.part is _RESULT]
        if not told or told[-1].value is None:
            return False
        if self.tokens[-1].part is _BREAK:
            self.tokens.pop()
        self.tokens += (SEPARATOR, Token(_RESULT, at, value=OPPOSITE[told[-1].value], words=(at,)))
        return True

    def add(self, token: Token, at: int) -> None:
        """Add what an item is."""
        item, part = self._row[at], token.part
        if part is _SEPARATOR and not (at and self._row[at - 1].number >= 0) and self._tells_of_pain(at):
            self.tokens.append(BREAK)
            return
        if part is Part.PARTING:
            self.tokens += (BREAK,) if self._tells_of_pain(at) else part_from(self.tokens, item.text, at)
            return
        if self._is_denied and part is _RESULT and token.value is None and not token.grade:
            self._is_denied = False
            return  # "does not hurt and is not stiff"
        if self._is_denied:
            token = self._denied(token, at)
        if part is _BREAK:
            if self.tokens and self._goes_on(at):
                return
            close_exception(self.tokens)
            if item.role is Role.PAIN and self._is_side_of_pain(at):
                self.tokens[-1] = BREAK
            self._close_side()
        self._unknown = self._unknown + 1 if part is _BREAK and item.is_unknown else 0
        if part is _RESULT:
            self._add_result(token, at)
        elif part is _SIDE and self._is_compared(at):
            self.tokens[-1] = self.tokens[-1]._replace(side=Side.BOTH)
        elif part is not _BREAK or not item.is_unknown or is_turn(self._row, at) or self._unknown > self._takes_unknown:
            self.tokens.append(token)

    def is_behind(self, concept: str) -> bool:
        """Return whether another frame reads the last head: a topic, or one of a concept."""
        last = next((one for one in reversed(self.tokens) if one.is_head or one.part is _BREAK), BREAK)
        return last.part is Part.OTHER and last.concept in {"", concept}

    def _tells_of_pain(self, at: int) -> bool:
        """Return whether pain is told of the last place, and more of another side: "shin pain L, numb R foot"."""
        last = next((one for one in reversed(self.tokens) if one.part is not _SIDE and not one.is_slash), BREAK)
        if not last.is_head or last.at < 0:
            return False
        behind, own = self._row[at:], {one.side for one in self.tokens[-_NEAR:] if one.part is _SIDE}
        sides = {item.entry.side for item in behind if item.is_side} - own
        is_placed = any(item.role is Role.PLACE or item.concept("muscle") for item in behind)
        if not sides or not (own or is_placed):
            return False
        before = [item for item in self._row[: last.at] if not (item.is_side or item.role in _LEADING)]
        is_other = all(one.part is not _RESULT for one in self.tokens)  # what is numb is a result of another frame
        return bool(before) and (before[-1].role is Role.PAIN_WORD or (is_other and bool(before[-1].concept("numb"))))

    def repeats(self, at: int) -> bool:
        """Return whether the last result is said of the next head, too: "SLR was negative, as was the slump"."""
        items = self._row[at : at + 2]
        is_led = len(items) > 1 and self._row.sentence.words[self._row.firsts[at]] == _AS and items[1].text in _WAS
        said = [one for one in self.tokens if one.part is _RESULT]
        if not is_led or not said or not any(one.is_head for one in self.tokens):
            return False
        if self.tokens[-1].part is not _SEPARATOR:
            self.tokens.append(SEPARATOR)
        self.tokens.append(said[-1])
        return True

    def open(self, at: int) -> None:
        """Part what a bracket tells of the other side, "IR 10 (R 30)", or behind a side; drop one that is otherwise."""
        is_last = at + 1 >= len(self._row) or self._row[at + 1].is_marked(Mark.LIST)
        if self._row[at].text in _IS and is_last and self.tokens and self.tokens[-1].part is _SIDE:
            self.tokens[-1] = BREAK
        items = self._row[at : at + 3]
        if len(items) <= 2 or items[0].text != _OPENING:
            return
        is_closed = at > 0 and self._row[at - 1].is_side and len(self.tokens) > 1
        if is_closed and [one.part for one in self.tokens[-2:]] == [_RESULT, _SIDE]:
            self.tokens.append(SEPARATOR)
            return
        one, other = (at + 1, at + 2) if items[1].is_side else (at + 2, at + 1)
        if self._row[one].is_side and self._is_measure(other):
            self.tokens.append(SEPARATOR)

    def _is_compared(self, at: int) -> bool:
        """Return whether a side is only what another is compared with: "left symmetrical with the right"."""
        last = self.tokens[-1] if self.tokens else BREAK
        lead = at - 2 if at > 1 and self._row[at - 1].text == _THE else at - 1
        if last.part is not _RESULT or lead < 0 or self._row[lead].text not in _WITH:
            return False
        return last.value is FindingValue.ABSENT and not EQUAL.isdisjoint(
            word for place in last.words for word in self._row[place].text.split()
        )

    def _denied(self, token: Token, at: int) -> Token:
        self._is_denied = False
        if token.part is _RESULT and token.value:
            return token._replace(value=OPPOSITE[token.value], words=(at - 1, *token.words))
        self.tokens.append(BREAK)
        return token

    def _goes_on(self, at: int) -> bool:
        """Return whether a word that breaks elsewhere leads on to another result of the same head."""
        if self._row[at].text in COMPARING and self._is_worse_than_other_side(at):
            told = max(place for place, one in enumerate(self.tokens) if one.part is _RESULT)
            self.tokens[told] = self.tokens[told]._replace(words=(*self.tokens[told].words, at))
            self.tokens += (BREAK,)  # what is less than the other side does not make that side normal
            return True
        if self._row[at].text in COMPARING and self._compares(at):
            last = next(place for place in (-1, -2, -_CLAIM) if self.tokens[place].part is _RESULT)
            self.tokens[last] = self.tokens[last]._replace(words=(*self.tokens[last].words, at))
            self._replaced += (at,)  # it is no cue of the result behind it either
            self.tokens.append(SEPARATOR)
            return True
        if turns_to_other_side(self._row, at, self.tokens):
            self._replaced += (at,) if self._row[at].entry.cues else ()
            self.tokens.append(SEPARATOR)
            return True
        if self._is_relative(at):
            if self.tokens[-1].part is _SEPARATOR:
                self.tokens.pop()
            return True
        return False

    def _is_relative(self, at: int) -> bool:
        """Return whether a place begins what is told of the head: "SLR which was positive"."""
        is_told = self._row[at].text in _RELATIVES and any(item.text in _WAS for item in self._row[at + 1 : at + 2])
        told = [one for one in self.tokens[-2:] if one.part is not _SEPARATOR or one.concept]
        return is_told and bool(told) and told[-1].is_head  # "the left EHL, which is 4/5"

    def _is_worse_than_other_side(self, at: int) -> bool:
        """Return whether a place only compares a side with the other: "sluggish right compared with the left"."""
        behind = [item for item in self._row[at + 1 : at + 4] if item.text != _THE and item.text != _SIDE_WORD]
        told = [one for one in self.tokens if one.part in {_RESULT, _SIDE}]
        values = [one.value for one in told if one.part is _RESULT]
        sides = {one.side for one in told if one.part is _SIDE}
        is_last = len(behind) == 1 or (len(behind) > 1 and behind[1].is_marked(Mark.LIST, Mark.STOP))
        if values != [FindingValue.PRESENT] or len(sides) != 1 or not behind or not behind[0].is_side or not is_last:
            return False
        return behind[0].entry.side is _OTHER.get(sides.pop())

    def _compares(self, at: int) -> bool:
        """Return whether a result stands on both sides of a place: "1+ L vs 2+ R"."""
        is_behind = any(token.part is _RESULT and token.value for token in self.tokens[-_CLAIM:])
        ahead = self._row[at + 1 : at + 3]
        first = 1 if ahead and ahead[0].is_side else 0
        return is_behind and len(ahead) > first and self._is_measure(at + 1 + first)

    def _is_measure(self, at: int) -> bool:
        item = self._row[at]
        return item.number >= 0 or item.text == "0" or any(item.concept(kind) for kind in _MEASURES)

    def _is_side_of_pain(self, at: int) -> bool:
        """Return whether a side is that of the pain behind it: "numb right foot with left leg pain".

        A test that provokes the pain is of its side, too.
        """
        is_led = at > 0 and self._row[at - 1].is_side and bool(self.tokens) and self.tokens[-1].part is _SIDE
        return is_led and _TEST not in self._row.kinds

    def _close_side(self) -> None:
        """Leave the side before a break to what nobody read: in "KJ: R 2+, L ?" it is no side of the 2+."""
        tokens = self.tokens
        if len(tokens) > 1 and tokens[-1].part is _SIDE and tokens[-2].part is _SEPARATOR:
            self.tokens.append(Token(_RESULT, -1))

    def _replace_results(self) -> None:
        """Drop the last head's results: the next one holds instead of them."""
        kept = _without_results(self.tokens)
        self._replaced += tuple(place for token in self.tokens if token not in kept for place in token.words)
        self.tokens[:] = kept

    def _add_result(self, token: Token, at: int) -> None:
        tokens = self.tokens
        if token.concept in {FOREIGN, OWN}:
            tokens.append(Token(Part.TOPIC if token.concept == OWN else self._foreign, at))
            token = token._replace(concept="")
        elif token.concept == RETURNED:
            self._replace_results()
            token = token._replace(concept="")
        if self._replaced:
            token = token._replace(words=(*self._replaced, *token.words))
            self._replaced = ()
        last = tokens[-1] if tokens else BREAK
        if last.part is _RESULT and self._leads_to_motion(at):
            tokens += (SEPARATOR, token)
        elif last.part is _RESULT and self._are_columns(last, token):
            tokens += (SLASH, token)
        elif last.part is _RESULT:
            tokens[-1] = token if last.concept == EXCEPT else merge(last, token, self._row)
        elif len(tokens) > 1 and joins(tokens[-2], last, token):
            tokens[-2:] = [tokens[-2]._replace(words=(*tokens[-2].words, *token.words))]
        else:
            tokens.append(token)

    def _leads_to_motion(self, at: int) -> bool:
        """Return whether a result is one of the movement behind it: "flexion to 90 with 0 of internal rotation"."""
        ahead = self._row[at + 1 : at + 3]
        if self._row[at].text in NONE and ahead and ahead[0].concept("motion") is not None:
            return True  # "flexion to 90 with no internal rotation"
        return len(ahead) > 1 and ahead[0].text == _OF and ahead[1].concept("motion") is not None

    def _are_columns(self, one: Token, other: Token) -> bool:
        """Return whether two results are those of a column for each side: "(R L): KJ 2 2"."""
        are_measures = is_measure(self._row[one.at]) and is_measure(self._row[other.at])
        return are_measures and any(item.text in ORDERS for item in self._row)


def _without_results(tokens: Sequence[Token]) -> list[Token]:
    """Return tokens without the results of the last head, and without what parts them from what follows."""
    start = max((place for place, token in enumerate(tokens) if token.is_head), default=len(tokens))
    dropped = {_RESULT, _SEPARATOR, _BREAK}
    return [*tokens[:start], *(one for one in tokens[start:] if one.part not in dropped)]
