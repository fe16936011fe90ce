"""The frame of tests: a named test and its result."""

from collections.abc import Iterator
from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.frames.claims import Claim
from cds_service.narrative.frames.examination import RESULT, SHARED, ExaminationFrame, lacks, speaks_of
from cds_service.narrative.frames.named_gait import find_named_gait
from cds_service.narrative.frames.paired_results import ORDERS, PAIR
from cds_service.narrative.frames.provoked_pain import at_angle, hurts, is_answer, is_of_back, is_without_pain
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
_BY = frozenset({"with", "on", "during"})
_IN = frozenset({"in", "over", "at"})
_AND = frozenset({"and", "&"})
_NEGATIVE_FOR = "negative for"
_SYMPTOMS = frozenset({"symptoms", "symptom", "sx"})
_SAYING = frozenset({"positive", "negative", "normal", "painful", "painless"})
_NEAR, _FAR = 5, 8  # items
_HIPS, _OF_HIP = frozenset({"hip", "groin", "trochanter"}), frozenset({"fadir", "faber"})
_CROSSED = frozenset({"crossed", "crossover", "cross over", "contralateral"})  # "SLR positive left, crossed negative"
_LEAST = 2  # items before a plus that joins sides, or of pain behind an angle
_SAID = frozenset({"positive", "negative"})
_SLR, _SQUAT, _STANCE, _GAIT = "slr", "squat", "trendelenburg", "gait"
_OF_GAIT = frozenset({"antalgic", "non-antalgic"})
_NORMAL_GAIT = frozenset({"normal", "unremarkable", "wnl", "within normal limits", "nad", "nl", "n"})
_PELVIS, _OF_STANCE, _DROPS = "pelvis", ("pelvis", "drop", "dip"), frozenset({"drop", "dip"})
_TOLD_OF_STANCE: Final = frozenset({"stance", "pelvis", "drop", "drops", "dip", "dips"})
_STEADY, _ABILITY, _UNABLE, _FILLER = "steady", "ability", "unable", "filler"
_SIGNS = frozenset({"sign", "tension", "drop", "dip", "trendelenburg", "impingement"})


class ClinicalTestFrame(ExaminationFrame):
    """Reads "SLR positive on the left at 40 degrees", "pain with FADIR", "Positive tests: Kemp and slump, left"."""

    name = "test"
    kinds = frozenset({_TEST, _LIMB}) | SHARED
    heads = frozenset({_TEST})
    present = frozenset({"positive", "painful", "antalgic"})
    absent = frozenset({"negative", "normal", "absent", "painless", _STEADY, "non-antalgic"})
    takes_unknown = 1
    foreign = Part.BREAK

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield the tests, and the gait that is called after one."""
        yield from super().read(row)
        if RESULT not in row.kinds and _TEST in row.kinds:
            yield from find_named_gait(row, self.meanings[_STANCE])

    def head(self, row: Row, at: int) -> Token | None:
        """Return a test as a head."""
        concept = row[at].concept(_TEST)
        if concept is None:
            is_jerk = row[at].concept("reflex") is not None  # "SLR 40, AJ absent": the jerk takes its own result
            return Token(Part.OTHER, at, _OTHER) if is_jerk else None
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
            if at > 1 and row[at - 1].text == _SLASH and row[at - 2].text.endswith(_MINUS) and not _is_of_pair(row, at):
                return Token(Part.RESULT, at, words=(at,))  # the second of a pair whose first nobody read
            is_and = (ahead and behind) or _joins_sides(row, at)
            return None if is_and else self.said(at, "positive")
        if item.text == PAIR and any(one.text in ORDERS for one in row):
            return self.said(at, "negative")  # of the second side: "SLR R/L +/-"
        if item.text.endswith(_NEGATIVE_FOR) and at and (row[at - 1].concept(_TEST) or row[at - 1].is_side):
            return self.said(at, "negative")
        if item.concept(RESULT) in {_PROVOKING, _LIMITED} or item.text == _ARROW:
            reach = _FAR if item.concept(RESULT) == _LIMITED else _NEAR  # "limited to 40 degrees by leg pain"
            value = FindingValue.PRESENT if self._is_provoked(row, at, reach) else None
            return Token(Part.RESULT, at, value=value, words=(at,))
        if item.text == _MINUS:
            is_minus = (
                _is_minus(row, at) or _is_of_pair(row, at) or (at in (led := _led_by_signs(row)) and len(led) > 1)
            )
            return self.said(at, "negative") if is_minus else None
        if hurts(item) and item.concept(RESULT) is None:
            return self.said(at, "painful") if self._leads_to_test(row, at) or is_answer(row, at) else None
        return super().result(row, at)

    def _none(self, row: Row, at: int) -> Token | None:
        """Return what "no" says of a test: no pain, no such sign, or its whole answer."""
        if is_without_pain(row, at):
            return self.said(at, "painless")
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
        if _fits(claim.head.concept, row[claim.result.at]):
            yield from super().meanings_of(claim, row)

    def side_of(self, claim: Claim, row: Row) -> Side:
        """Return the side of a claim. Of a leg to stand on and a side that drops, nobody can say which is meant."""
        is_mixed = claim.head.concept == _STANCE and claim.side is Side.BOTH
        names_both = any(item.entry.side is Side.BOTH for item in row)
        is_mixed = is_mixed and not names_both and not _TOLD_OF_STANCE.isdisjoint(row.sentence.words)
        return Side.UNSTATED if is_mixed else claim.side

    def passes(self, row: Row, at: int) -> bool:
        """Return whether an item may stand between a test and its result: the pain that it provokes may."""
        if super().passes(row, at) or row[at].is_marked(Mark.PAIN):
            return True
        before = row[max(0, at - _FAR) : at]
        is_caused = any(item.concept(RESULT) in _CAUSING for item in before)
        return hurts(row[at]) and (is_caused or any(item.text == _TOGETHER for item in before[-_NEAR:]))

    def _is_provoked(self, row: Row, at: int, reach: int) -> bool:
        """Return whether a pain follows, and not "only" one that is no matter of the test."""
        for place, item in enumerate(row[at + 1 : at + 1 + reach], at + 1):
            if is_of_back(item) and self._is_of_leg(row, at):
                return False  # a straight leg that hurts the back alone is no sign
            if hurts(item) or item.text in _SYMPTOMS:
                is_only = any(one.text == _ONLY for one in row[place : place + _NEAR])
                return not is_only or (item.concept(REGION) in _HIPS and self._is_of_hip(row, at))
            is_between_places = item.text in _AND and row[place - 1].role is Role.PLACE
            if item.is_marked(Mark.STOP) or (item.is_marked(Mark.LIST) and not is_between_places):
                return False
        return False

    @staticmethod
    def _is_of_leg(row: Row, at: int) -> bool:
        """Return whether the test before a place is one that should hurt the leg."""
        before = [place for place in row.kinds.get(_TEST, ()) if place < at]
        return bool(before) and row[before[-1]].concept(_TEST) == _SLR

    @staticmethod
    def _is_of_hip(row: Row, at: int) -> bool:
        """Return whether the test before a place is one of the hip, for which pain of the hip "only" is enough."""
        before = [place for place in row.kinds.get(_TEST, ()) if place < at]
        return bool(before) and row[before[-1]].concept(_TEST) in _OF_HIP

    def _leads_to_test(self, row: Row, at: int) -> bool:
        """Return whether a test follows that a pain comes with: "groin pain with FADIR"."""
        behind = [item for item in row[at + 1 : at + 1 + _FAR] if not item.is_side]
        behind = [item for item in behind if item.role is Role.RUN or not item.concept(_FILLER)]
        if len(behind) > 1 and (behind[0].text in _IN or behind[0].role is Role.RUN):
            place = next((one for one, item in enumerate(behind) if item.role is Role.PLACE), -1)
            behind = behind[place + 1 :]  # "pain in the groin on FADIR"
        return len(behind) > 1 and behind[0].text in _BY and bool(behind[1].concept(_TEST))


def _fits(test: str, result: Item) -> bool:
    """Return whether a result is one of a test: an angle of a raised leg, "antalgic" of a gait."""
    said = result.concept(RESULT)
    if test == _GAIT:
        return said in _OF_GAIT or result.text.removeprefix("is ") in _NORMAL_GAIT
    if said in _OF_GAIT:
        return False
    if said == _STEADY:
        return test == _STANCE
    return result.number < 0 or test == _SLR


def _is_title(row: Row, at: int) -> bool:
    """Return whether a gait only heads a test behind its colon: "Gait: no Trendelenburg"."""
    ahead = [item for item in row[at + 1 : at + 2 + _NEAR] if not item.is_side]
    is_led = len(ahead) > 1 and ahead[0].text == ":" and ahead[1].text in NONE
    return is_led and any(item.concept(_TEST) for item in ahead[2:3])


def _is_sign(item: Item) -> bool:
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
    is_squat = bool(tests) and row[tests[0]].concept(_TEST) == _SQUAT
    return is_squat and any(hurts(item) for item in row[tests[0] :])


def _joins_sides(row: Row, at: int) -> bool:
    """Return whether a plus is an "and" of two sides behind a result: "Trendelenburg neg L+R"."""
    if at < _LEAST or at + 1 >= len(row) or not (row[at - 1].is_side and row[at + 1].is_side):
        return False
    behind = row[at + 2 : at + 3]
    is_said = bool(behind) and (behind[0].text in {_PLUS, _MINUS} or bool(behind[0].concept(RESULT)))
    return bool(row[at - 2].concept(RESULT)) and not is_said


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


def _led_by_signs(row: Row) -> list[int]:
    """Return the places of signs before tests, "- SLR, + FABER": one alone may begin an entry of a list."""
    return [
        at - 1
        for at in row.kinds[_TEST]
        if at and row[at - 1].text in {_PLUS, _MINUS} and (at == 1 or row[at - 2].is_marked(Mark.LIST))
    ]


def _is_minus(row: Row, at: int) -> bool:
    """Return whether a minus ends what is said of a test or a side: "SLR L+ R-", "FABER -,". Elsewhere it is a dash."""
    if not at or not (row[at - 1].is_side or row[at - 1].concept(_TEST)):
        return False
    behind = next((one for one in row[at + 1 :] if not one.is_side), None)
    return behind is None or behind.is_marked(Mark.LIST) or (behind.text == _SLASH and _is_signed_side(row, at))


def _is_signed_side(row: Row, at: int) -> bool:
    """Return whether the other side follows a slash behind a sign, with a sign of its own: "R - / L +"."""
    side = row[at + 2] if at + _LEAST < len(row) and row[at + 1].text == _SLASH else None
    return side is not None and side.is_side and any(one.text in {_PLUS, _MINUS} for one in row[at + 3 : at + 4])


def _is_of_pair(row: Row, at: int) -> bool:
    """Return whether a minus is one of two signs with a slash between, or leads a side behind a plus: "+ R, - L"."""
    for other, slash in ((at - 2, at - 1), (at + 2, at + 1)):
        if 0 <= other < len(row) and row[slash].text == _SLASH and row[other].text in {_PLUS, _MINUS}:
            return True
    is_led = at > 1 and row[at - 1].text == "," and row[at - 2].is_side and any(item.text == _PLUS for item in row[:at])
    return is_led and len(row) == at + 2 and row[at + 1].is_side
