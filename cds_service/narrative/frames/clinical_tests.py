"""The frame of tests: a named test and its result."""

from collections.abc import Iterator
from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.frames.claims import Claim
from cds_service.narrative.frames.crossed_raise import LIFT, find_crossed_raises, is_crossed, raised_leg
from cds_service.narrative.frames.examination import GRADE, RESULT, SHARED, ExaminationFrame, lacks, speaks_of
from cds_service.narrative.frames.named_gait import find_named_gait
from cds_service.narrative.frames.own_results import ANOTHER, takes_own_result
from cds_service.narrative.frames.paired_results import ORDERS, PAIR
from cds_service.narrative.frames.provoked_pain import (
    at_angle,
    hurts,
    hurts_if_done,
    is_answer,
    is_of_back,
    is_until,
    is_without_pain,
    shoots,
)
from cds_service.narrative.frames.signs import is_minus, is_of_pair, joins_sides, led_by_signs
from cds_service.narrative.frames.sites import REGION
from cds_service.narrative.frames.small_words import NONE
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Role, Row
from cds_service.narrative.words.lexicon import Mark, PhraseMeaning
from cds_service.narrative.words.tokens import Part, Token

_TEST, _OTHER, _PROVOKING, _LIMITED = "test", "other", "provoking", "limited"
_TOGETHER = "with"  # "positive on the left with groin pain"
_CAUSING = frozenset({_PROVOKING, _LIMITED})
_LIMB, _ARM, _SHARED_NAME = "limb", "arm", "impingement"  # of the hip, or of the shoulder
_ARROW = "->"  # "FABER -> groin pain"
_PLUS, _MINUS, _SLASH, _ONLY = "+", "-", "/", "only"
_BY = frozenset({"with", "w /", "on", "during", "upon"})
_IN = frozenset({"in", "over", "at"})
_AND = frozenset({"and", "&"})
_DUE_TO = frozenset({"because of", "due to", "owing to", "secondary to", "on account of"})
_BEYOND = frozenset({"past", "beyond", "above"})  # "past 30 degrees"
_NEGATIVE_FOR = ("negative for", "neg for")
_SYMPTOMS = frozenset({"symptoms", "symptom", "sx"})
_SAYING = frozenset({"positive", "negative", "normal", "painful", "painless"})
_NEAR, _FAR, _FARTHEST = 5, 8, 11  # items
_HIPS, _OF_HIP = frozenset({"hip", "groin", "trochanter"}), frozenset({"fadir", "faber"})
_CROSSED = frozenset({"crossed", "crossover", "cross over", "contralateral"})  # "SLR positive left, crossed negative"
_SAID = frozenset({"positive", "negative"})
_SLR, _SQUAT, _STANCE, _GAIT, _CROSSED_SLR = "slr", "squat", "trendelenburg", "gait", "crossed-slr"
_OF_PAIN = frozenset({"provoking", "painful", "painless", "limited"})
_OF_GAIT = frozenset({"antalgic", "non-antalgic"})
_NORMAL_GAIT = frozenset({"normal", "unremarkable", "wnl", "within normal limits", "nad", "nl", "n"})
_PELVIS, _OF_STANCE, _DROPS = "pelvis", ("pelvis", "drop", "dip"), frozenset({"drop", "dip"})
_TOLD_OF_STANCE: Final = frozenset({"stance", "pelvis", "drop", "drops", "dip", "dips"})
_STEADY, _ABILITY, _UNABLE, _FILLER = "steady", "ability", "unable", "filler"
_SIGNS = frozenset({"sign", "tension", "drop", "dip", "trendelenburg", "impingement"})


class ClinicalTestFrame(ExaminationFrame):
    """Reads "SLR positive on the left at 40 degrees", "pain with FADIR", "Positive tests: Kemp and slump, left"."""

    name = "test"
    kinds = frozenset({_TEST, _LIMB, LIFT}) | SHARED
    heads = frozenset({_TEST, LIFT})
    present = frozenset({"positive", "painful", "antalgic"})
    absent = frozenset({"negative", "normal", "absent", "painless", _STEADY, "non-antalgic"})
    takes_unknown = 1
    foreign = Part.BREAK

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield the tests, and the gait that is called after one."""
        if _TEST in row.kinds:
            yield from super().read(row)
            if RESULT not in row.kinds:
                yield from find_named_gait(row, self.meanings[_STANCE])
        if LIFT in row.kinds:
            yield from find_crossed_raises(row, self.meanings[_CROSSED_SLR])

    def head(self, row: Row, at: int) -> Token | None:
        """Return a test as a head."""
        concept = row[at].concept(_TEST)
        if concept is None:
            is_other = takes_own_result(row, at) or raised_leg(row, at) is not None
            return Token(Part.OTHER, at, ANOTHER) if is_other else None
        if row[at].text == _SHARED_NAME and not _is_found(row, at):
            return None
        if concept == _GAIT and _is_title(row, at):
            return None
        if row[at].text in _CROSSED and not (speaks_of(row, _TEST, _SLR) and _is_found(row, at)):
            return None
        is_other = concept == _OTHER or (_SHARED_NAME in row[at].text and speaks_of(row, _LIMB, _ARM))
        return Token(Part.OTHER if is_other else Part.HEAD, at, concept)

    def result(self, row: Row, at: int) -> Token | None:
        """Return a result; a plus between two tests is an "and"."""
        item = row[at]
        if item.concept(GRADE) and not item.concept(RESULT):
            return Token(Part.RESULT, at, words=(at,))
        if item.number >= 0 and self._test_before(row, at) == _SQUAT:
            return None  # how deep it was
        if item.number >= 0:
            is_told = _has_result(row, at) or any(
                hurts(row[place]) and self._leads_to_test(row, place) for place in range(at)
            )
            return None if is_told else Token(Part.RESULT, at, value=at_angle(row, at), words=(at,))
        is_of_stance = item.concept(RESULT) is not None and any(word in item.text for word in _OF_STANCE)
        if is_of_stance and not speaks_of(row, _TEST, _STANCE):
            return None  # a level pelvis is the result of standing on one leg, and of nothing else
        if item.text in NONE:
            return self._none(row, at)
        if item.concept(_ABILITY) == _UNABLE:
            return self.said(at, "painful") if _is_kept_from_squat(row, at) else None
        if item.text == _PLUS:
            ahead = row[at + 1].concept(_TEST) if at + 1 < len(row) else None
            behind = row[at - 1].concept(_TEST) if at else None
            if at > 1 and row[at - 1].text == _SLASH and row[at - 2].text.endswith(_MINUS) and not is_of_pair(row, at):
                return Token(Part.RESULT, at, words=(at,))  # the second of a pair whose first nobody read
            is_and = (ahead and behind) or joins_sides(row, at)
            return None if is_and else self.said(at, "positive")
        if item.text == PAIR and any(one.text in ORDERS for one in row):
            return self.said(at, "negative")  # of the second side: "SLR R/L +/-"
        if item.text.endswith(_NEGATIVE_FOR) and at and (row[at - 1].concept(_TEST) or row[at - 1].is_side):
            return self.said(at, "negative")
        if item.concept(RESULT) in _CAUSING or item.text == _ARROW or shoots(row, at) or is_until(row, at):
            reach = _FARTHEST if item.concept(RESULT) == _LIMITED else _NEAR  # "limited to 40 degrees by leg pain"
            value = FindingValue.PRESENT if self._is_provoked(row, at, reach) else None
            return Token(Part.RESULT, at, value=value, words=(at,))
        if item.text == _MINUS:
            is_sign = is_minus(row, at) or is_of_pair(row, at) or (at in (led := led_by_signs(row)) and len(led) > 1)
            return self.said(at, "negative") if is_sign else None
        if hurts(item) and item.concept(RESULT) is None:
            return self.said(at, "painful") if self._leads_to_test(row, at) or is_answer(row, at) else None
        return super().result(row, at)

    def _none(self, row: Row, at: int) -> Token | None:
        """Return what "no" says of a test: no pain, no such sign, or its whole answer."""
        if hurts_if_done(row, at):
            return self.said(at, "painful")
        if is_without_pain(row, at):
            return (
                Token(Part.RESULT, at, words=(at,))
                if self._test_before(row, at) == _STANCE
                else self.said(at, "painless")
            )
        if row[at + 1 : at + 2] and row[at + 1].text in _DROPS and speaks_of(row, _TEST, _STANCE):
            return self.said(at, "negative")  # "SLS L: no drop"
        is_answer = at > 0 and row[at - 1].text == ":" and (at + 1 == len(row) or row[at + 1].is_marked(Mark.LIST))
        return self.said(at, "negative") if is_answer or lacks(row, at, _is_sign) else None

    def _tokens(self, row: Row) -> tuple[list[Token], Side]:
        """Return the tokens. The side to which a pelvis drops is not that of the leg on which somebody stands."""
        tokens, heading = super()._tokens(row)
        for place in range(len(tokens) - 1, 0, -1):
            for side, result in ((place, place - 1), (place - 1, place)):
                told = tokens[result] if result < len(tokens) else None
                is_drop = told is not None and told.part is Part.RESULT and _PELVIS in row[told.at].text
                if is_drop and tokens[side].part is Part.SIDE:
                    del tokens[side]
        return tokens, heading

    def meanings_of(self, claim: Claim, row: Row) -> Iterator[PhraseMeaning]:
        """Yield what a claim records, if the result is one of its test."""
        if claim.head.concept == _SLR and is_crossed(row, claim.head.at, claim.result.at):
            yield self.meanings[_CROSSED_SLR]
        elif _fits(claim.head.concept, _word_of(row, claim.result)):
            yield from super().meanings_of(claim, row)

    def side_of(self, claim: Claim, row: Row) -> Side:
        """Return the side of a claim. Of a leg to stand on and a side that drops, nobody can say which is meant."""
        is_mixed = claim.head.concept == _STANCE and claim.side is Side.BOTH
        names_both = any(item.entry.side is Side.BOTH for item in row)
        is_mixed = is_mixed and not names_both and not _TOLD_OF_STANCE.isdisjoint(row.sentence.words)
        return Side.UNSTATED if is_mixed else claim.side

    def passes(self, row: Row, at: int) -> bool:
        """Return whether an item may stand between a test and its result: the pain that it provokes may."""
        is_angle = row[at].text in _BEYOND and at + 1 < len(row) and row[at + 1].number >= 0
        if super().passes(row, at) or row[at].is_marked(Mark.PAIN) or is_angle:
            return True
        before = row[max(0, at - _FAR) : at]
        is_caused = any(item.concept(RESULT) in _CAUSING for item in before)
        return hurts(row[at]) and (is_caused or any(item.text == _TOGETHER for item in before[-_NEAR:]))

    def _is_provoked(self, row: Row, at: int, reach: int) -> bool:
        """Return whether a pain follows, and not "only" one that is no matter of the test."""
        for place, item in enumerate(row[at + 1 : at + 1 + reach], at + 1):
            if is_of_back(item) and self._test_before(row, at) == _SLR:
                return False  # a straight leg that hurts the back alone is no sign
            if hurts(item) or item.text in _SYMPTOMS:
                is_only = any(one.text == _ONLY for one in row[place : place + _NEAR])
                return not is_only or (item.concept(REGION) in _HIPS and self._test_before(row, at) in _OF_HIP)
            is_between_places = item.text in _AND and row[place - 1].role is Role.PLACE
            is_stop = item.is_marked(Mark.STOP) and item.text not in _DUE_TO
            if is_stop or (item.is_marked(Mark.LIST) and not is_between_places):
                return False
        return False

    @staticmethod
    def _test_before(row: Row, at: int) -> str | None:
        """Return the last test before a place."""
        before = [place for place in row.kinds.get(_TEST, ()) if place < at]
        return row[before[-1]].concept(_TEST) if before else None

    def _leads_to_test(self, row: Row, at: int) -> bool:
        """Return whether a test follows that a pain comes with: "groin pain with FADIR"."""
        behind = [item for item in row[at + 1 : at + 1 + _FAR] if not item.is_side]
        behind = [item for item in behind if item.role is Role.RUN or not item.concept(_FILLER)]
        if len(behind) > 1 and (behind[0].text in _IN or behind[0].role is Role.RUN):
            place = next((one for one, item in enumerate(behind) if item.role is Role.PLACE), -1)
            behind = behind[place + 1 :]  # "pain in the groin on FADIR"
        return len(behind) > 1 and behind[0].text in _BY and bool(behind[1].concept(_TEST))


def _word_of(row: Row, result: Token) -> Item:
    """Return what a result says, and not the angle at which."""
    return next((row[at] for at in result.words if row[at].number < 0), row[result.at])


def _fits(test: str, result: Item) -> bool:
    """Return whether a result is one of a test: an angle of a raised leg, "antalgic" of a gait."""
    said = result.concept(RESULT)
    if test == _GAIT:
        return said in _OF_GAIT or result.text.removeprefix("is ") in _NORMAL_GAIT
    if said in _OF_GAIT:
        return False
    if said == _STEADY:
        return test == _STANCE
    if test == _STANCE and (said in _OF_PAIN or hurts(result)):
        return False  # a leg that hurts to stand on drops no pelvis
    return result.number < 0 or test == _SLR


def _is_title(row: Row, at: int) -> bool:
    """Return whether a gait only heads a test behind its colon: "Gait: no Trendelenburg"."""
    ahead = [item for item in row[at + 1 : at + 2 + _NEAR] if not item.is_side]
    is_led = len(ahead) > 1 and ahead[0].text == ":" and ahead[1].text in NONE
    return is_led and any(item.concept(_TEST) for item in ahead[2:3])


def _is_sign(item: Item) -> bool:
    if item.concept(_TEST) == _CROSSED_SLR:
        return True
    return bool(item.concept(_TEST)) and not _SIGNS.isdisjoint(item.text.removesuffix("s").split())


def _is_found(row: Row, at: int) -> bool:
    """Return whether "impingement" is the sign, as its result is beside it, and not the disease."""
    before = row[at - 1] if at else None
    if before is not None and before.concept(_TEST):
        return False
    behind = next((item for item in row[at + 1 : at + 3] if not item.is_side), None)
    return any(one is not None and one.concept(RESULT) in _SAID for one in (before, behind))


def _is_kept_from_squat(row: Row, at: int) -> bool:
    """Return whether pain keeps somebody from squatting."""
    tests = [place for place in row.kinds.get(_TEST, ()) if at < place <= at + _NEAR]
    if not tests or row[tests[0]].concept(_TEST) != _SQUAT:
        return False
    end = next((place for place in row.kinds[_TEST] if place > tests[0]), len(row))
    return any(hurts(row[place]) and row[place - 1].text not in NONE for place in range(tests[0] + 1, end))


def _has_result(row: Row, at: int) -> bool:
    """Return whether a word says what was found at an angle. An angle alone says nothing, and is no list's result."""
    for step in (-1, 1):
        place = at + step
        while 0 <= place < len(row):
            item = row[place]
            if item.text == _PLUS:
                return True
            if item.is_marked(Mark.LIST):
                break
            if item.text in NONE or item.concept(RESULT):
                return True
            is_of_pair = item.number >= 0 and row[place - 1].text == _SLASH
            if step > 0 and (item.concept(_TEST) or item.number >= 0) and not is_of_pair:
                break
            place += step
        if step > 0 and _says_behind_comma(row, place):
            return True
    return False


def _says_behind_comma(row: Row, place: int) -> bool:
    """Return whether a comma and the word that ends the clause follow: "SLR 80 bilat, negative"."""
    if place + 1 >= len(row) or row[place].text != "," or row[place + 1].concept(RESULT) not in _SAYING:
        return False
    return place + 2 == len(row) or row[place + 2].is_marked(Mark.LIST)
