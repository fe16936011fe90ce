"""The frame of reflexes: a jerk, or a joint beside the word reflex, and its grade."""

from collections.abc import Iterator

from cds_service.model.facts import FindingValue
from cds_service.narrative.frames.claims import Claim
from cds_service.narrative.frames.examination import SHARED, TOPIC, ExaminationFrame, lacks, speaks_of
from cds_service.narrative.frames.tokens import Part, Token
from cds_service.narrative.items import Item, Row
from cds_service.narrative.lexicon import PhraseMeaning
from cds_service.narrative.mentions import Mention

_REFLEX, _PLACE, _GRADE, _LIMB = "reflex", "reflex-place", "reflex-grade", "limb"
_OTHER, _ARM, _LEG, _GENERAL, _TENDON = "other", "arm", "leg", "general", frozenset({"achilles", "patellar"})


class ReflexFrame(ExaminationFrame):
    """Reads "ankle jerks absent bilaterally", "Achilles 1+ R, 2+ L", "DTRs 2+ at the knees and ankles"."""

    name = "reflex"
    kinds = frozenset({_REFLEX, _PLACE, _GRADE, _LIMB}) | SHARED
    heads = frozenset({_REFLEX, _PLACE, TOPIC})
    topic = "reflex"
    present = frozenset({"absent", "reduced", "low"})
    absent = frozenset({"normal", "positive"})

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield the reflexes."""
        if _has_reflex(row):
            yield from super().read(row)

    def meanings_of(self, claim: Claim, row: Row) -> Iterator[PhraseMeaning]:
        """Yield what a claim records: reflexes of no joint are those of both, but lost only if they are of the legs."""
        head = claim.head
        if head.part is not Part.TOPIC and head.concept != _GENERAL:
            yield from super().meanings_of(claim, row)
        elif claim.result.value is FindingValue.ABSENT or head.concept == _GENERAL or speaks_of(row, _LIMB, _LEG):
            yield from self.meanings.values()

    def head(self, row: Row, at: int) -> Token | None:
        """Return a reflex as a head."""
        item = row[at]
        concept = item.concept(_REFLEX) or item.concept(_PLACE)
        if concept is None and item.concept(_LIMB) == _ARM:
            concept = _OTHER
        if concept is None:
            return None
        return Token(Part.OTHER if concept == _OTHER else Part.HEAD, at, concept)

    def result(self, row: Row, at: int) -> Token | None:
        """Return a result: a grade of four, or a word."""
        item = row[at]
        grade = item.concept(_GRADE)
        if grade:
            return self.said(at, grade)
        if lacks(row, at, _is_reflex):
            return self.said(at, "absent")
        if item.text == "+":  # "+/++": of two, and how much each is, nobody agrees
            return Token(Part.RESULT, at, words=(at,)) if _is_of_pair(row, at) else None
        if item.text == "0" or item.number in {0, 1, 2}:
            return self.said(at, "normal" if item.number == 2 else "low")
        return super().result(row, at)


def _is_of_pair(row: Row, at: int) -> bool:
    return any(0 <= place < len(row) and row[place].text == "/" for place in (at - 1, at + 1))


def _has_reflex(row: Row) -> bool:
    """Return whether reflexes are spoken of: by name, or as a tendon with a grade."""
    if _REFLEX in row.kinds or speaks_of(row, TOPIC, _REFLEX):
        return True
    return _GRADE in row.kinds and any(row[at].text in _TENDON for at in row.kinds.get(_PLACE, ()))


def _is_reflex(item: Item) -> bool:
    return item.concept(_REFLEX) is not None or item.concept(TOPIC) == _REFLEX
