"""The frame of tests: a named test and its result."""

from cds_service.model.facts import FindingValue
from cds_service.narrative.frames.examination import RESULT, SHARED, ExaminationFrame, speaks_of
from cds_service.narrative.frames.small_words import NONE
from cds_service.narrative.frames.tokens import Part, Token
from cds_service.narrative.items import Item, Row
from cds_service.narrative.lexicon import Mark

_TEST, _OTHER, _PROVOKING, _LIMITED = "test", "other", "provoking", "limited"
_CAUSING = frozenset({_PROVOKING, _LIMITED})
_LIMB, _ARM, _SHARED_NAME = "limb", "arm", "impingement"  # of the hip, or of the shoulder
_PLUS, _MINUS, _ONLY = "+", "-", "only"
_BY = frozenset({"with", "on", "during"})
_SAYING = frozenset({"positive", "negative", "normal", "painful", "painless"})
_NEAR, _FAR = 5, 8  # items


class ClinicalTestFrame(ExaminationFrame):
    """Reads "SLR positive on the left at 40 degrees", "pain with FADIR", "Positive tests: Kemp and slump, left"."""

    name = "test"
    kinds = frozenset({_TEST, _LIMB}) | SHARED
    heads = frozenset({_TEST})
    present = frozenset({"positive", "painful"})
    absent = frozenset({"negative", "normal", "absent", "painless"})
    takes_unknown = 1
    names_pairs = False
    foreign = Part.BREAK

    def head(self, row: Row, at: int) -> Token | None:
        """Return a test as a head."""
        concept = row[at].concept(_TEST)
        if concept is None:
            return None
        is_other = concept == _OTHER or (_SHARED_NAME in row[at].text and speaks_of(row, _LIMB, _ARM))
        return Token(Part.OTHER if is_other else Part.HEAD, at, concept)

    def result(self, row: Row, at: int) -> Token | None:
        """Return a result; a plus between two tests is an "and"."""
        item = row[at]
        if item.number >= 0:
            return None if _has_result(row, at) else Token(Part.RESULT, at, words=(at,))
        if item.text in NONE and _is_without_pain(row, at):
            return self.said(at, "painless")
        if item.text == _PLUS:
            ahead = row[at + 1].concept(_TEST) if at + 1 < len(row) else None
            behind = row[at - 1].concept(_TEST) if at else None
            return None if ahead and behind else self.said(at, "positive")
        if item.concept(RESULT) in {_PROVOKING, _LIMITED}:
            reach = _FAR if item.concept(RESULT) == _LIMITED else _NEAR  # "limited to 40 degrees by leg pain"
            value = FindingValue.PRESENT if self._is_provoked(row, at, reach) else None
            return Token(Part.RESULT, at, value=value, words=(at,))
        if item.text == _MINUS:
            return self.said(at, "negative") if _is_minus(row, at) else None
        if _hurts(item) and item.concept(RESULT) is None:
            return self.said(at, "painful") if self._leads_to_test(row, at) else None
        return super().result(row, at)

    def passes(self, row: Row, at: int) -> bool:
        """Return whether an item may stand between a test and its result: the pain that it provokes may."""
        if super().passes(row, at) or row[at].is_marked(Mark.PAIN):
            return True
        before = row[max(0, at - _NEAR) : at]
        return _hurts(row[at]) and any(item.concept(RESULT) in _CAUSING for item in before)

    def _is_provoked(self, row: Row, at: int, reach: int) -> bool:
        """Return whether a pain follows, and not "only" one that is no matter of the test."""
        for place, item in enumerate(row[at + 1 : at + 1 + reach], at + 1):
            if _hurts(item) or item.text == "symptoms":
                return all(one.text != _ONLY for one in row[place : place + _NEAR])
            if item.is_marked(Mark.STOP, Mark.LIST):
                return False
        return False

    def _leads_to_test(self, row: Row, at: int) -> bool:
        """Return whether a test follows that a pain comes with: "groin pain with FADIR"."""
        behind = [item for item in row[at + 1 : at + 1 + _NEAR] if not item.is_side]
        return len(behind) > 1 and behind[0].text in _BY and bool(behind[1].concept(_TEST))


def _hurts(item: Item) -> bool:
    saying = item.entry.saying
    return item.is_marked(Mark.PAIN) or (saying is not None and saying.is_pain and not saying.is_site)


def _is_without_pain(row: Row, at: int) -> bool:
    """Return whether it is said of a test before that it brings no pain: "SLR to 90 without pain"."""
    if at + 1 >= len(row) or not row[at + 1].is_marked(Mark.PAIN):
        return False
    for item in reversed(row[max(0, at - _FAR) : at]):
        if item.concept(_TEST):
            return True
        if item.is_marked(Mark.LIST, Mark.STOP):
            return False
    return False


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
            if step > 0 and item.concept(_TEST):
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


def _is_minus(row: Row, at: int) -> bool:
    """Return whether a minus ends what is said of a side: "SLR L+ R-". Elsewhere it is a dash."""
    return at > 0 and row[at - 1].is_side and (at + 1 == len(row) or row[at + 1].is_marked(Mark.LIST))
