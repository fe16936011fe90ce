"""The frame of reflexes: a jerk, or a joint beside the word reflex, and its grade."""

from collections.abc import Iterator

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.frames.claims import Claim
from cds_service.narrative.frames.examination import GRADE, RESULT, SHARED, TOPIC, ExaminationFrame, lacks, speaks_of
from cds_service.narrative.frames.signs import joins_sides
from cds_service.narrative.frames.small_words import NONE
from cds_service.narrative.frames.token_line import RETURNED
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import Mark, PhraseMeaning
from cds_service.narrative.words.tokens import Part, Token

_REFLEX, _PLACE, _GRADE, _LIMB = "reflex", "reflex-place", "reflex-grade", "limb"
_SIGNS = {"+": "positive", "-": "absent"}
_PLUS, _TWO_PLUS = "+", "+ +"
_NOT_THERE = frozenset({"not present", "is not present", "was not present", "were not present"})
_ABILITY, _UNABLE, _GET = "ability", "unable", "get"
_ELICIT, _DOWN = "elicit", "down"
_HINDRANCE, _NEAR = "hindrance", 4  # items
_BECAUSE, _CAUSES = frozenset({"-", "(", ":", "as", "2 / 2", "secondary to"}), ("due to", "because", "owing to")
_BOTH = frozenset({"knees", "ankles"})
_ROOT, _BUT = "root", "but"
_OTHER, _ARM, _LEG, _GENERAL, _TENDON = (
    "other",
    "arm",
    "leg",
    "general",
    ("achilles", "patellar", "ach", "tendo", "gastroc"),
)
_PATELLAR, _REFLEXIA = "patellar", "reflexi"
_SAID_OF_REFLEX = frozenset({"absent", "diminished", "depressed", "sluggish", "brisk", "trace", "reduced", "lost"})
_ROOTS = {"l3": _PATELLAR, "l4": _PATELLAR, "s1": "achilles"}


class ReflexFrame(ExaminationFrame):
    """Reads "ankle jerks absent bilaterally", "Achilles 1+ R, 2+ L", "DTRs 2+ at the knees and ankles"."""

    name = "reflex"
    kinds = frozenset({_REFLEX, _PLACE, _GRADE, _LIMB, _HINDRANCE}) | SHARED
    heads = frozenset({_REFLEX, _PLACE, TOPIC})
    topic = "reflex"
    present = frozenset({"absent", "reduced", "low"})
    absent = frozenset({"normal", "positive", RETURNED})

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield the reflexes."""
        if _has_reflex(row):
            yield from super().read(row)

    def meanings_of(self, claim: Claim, row: Row) -> Iterator[PhraseMeaning]:
        """Yield what a claim records: reflexes of no joint are those of both, but lost only if they are of the legs."""
        head = claim.head
        if head.part is not Part.TOPIC and head.concept != _GENERAL:
            yield from super().meanings_of(claim, row)
        elif (
            claim.result.value is FindingValue.ABSENT
            or _is_denied(row, claim)
            or head.concept == _GENERAL
            or speaks_of(row, _LIMB, _LEG)
        ):
            yield from self.meanings.values()

    def side_of(self, claim: Claim, row: Row) -> Side:
        """Return the side of a claim: both, of reflexes "at the ankles"."""
        is_of_both = claim.side is Side.UNSTATED and row[claim.head.at].text in _BOTH
        return Side.BOTH if is_of_both and not any(item.is_side for item in row) else claim.side

    def head(self, row: Row, at: int) -> Token | None:
        """Return a reflex as a head."""
        item = row[at]
        concept = item.concept(_REFLEX) or item.concept(_PLACE)
        if concept is None and item.concept(_LIMB) == _ARM:
            concept = _OTHER
        if concept is None and item.concept(_ROOT):
            concept = _of_root(row, at)
        if concept is None:
            return None
        return Token(Part.OTHER if concept == _OTHER else Part.HEAD, at, concept)

    def passes(self, row: Row, at: int) -> bool:
        """Return whether an item may stand between a reflex and its result: the "get" of "could not get" may."""
        return super().passes(row, at) or (at > 0 and _is_not_got(row, at - 1))

    def result(self, row: Row, at: int) -> Token | None:
        """Return a result: a grade of four, or a word."""
        item = row[at]
        grade = item.concept(_GRADE)
        if grade:
            return self.said(at, grade)
        if item.concept(GRADE):
            return Token(Part.RESULT, at, words=(at,))  # of a muscle, "quads 2/5, ankle jerk reduced"
        if _ELICIT in item.text and _is_hindered(row, at):
            return Token(Part.RESULT, at, words=(at,))
        if lacks(row, at, _is_reflex) or _is_not_got(row, at) or item.text in _NOT_THERE:
            return self.said(at, "absent")
        if item.text == _PLUS and joins_sides(row, at):
            return None
        if item.text == _PLUS and any(one.text == _TWO_PLUS for one in row):
            return Token(Part.RESULT, at, words=(at,))  # nobody agrees what "+" is beside "++"
        if item.text in _SIGNS and _is_of_pair(row, at):
            return self.said(at, _SIGNS[item.text])
        if item.concept(RESULT) == RETURNED:
            return self.said(at, RETURNED)
        if item.text == _DOWN and at and (_is_head(row[at - 1]) or row[at - 1].is_side):
            return self.said(at, "reduced")
        if item.text in _SIGNS:
            return self.said(at, _SIGNS[item.text]) if _ends_claim(row, at) else None
        if item.text == "0" or item.number in {0, 1, 2}:
            return self.said(at, "normal" if item.number == 2 else "low")
        if at > 1 and row[at - 1].text == _BUT and row[at - 2].concept(RESULT) in self.present:
            return Token(Part.RESULT, at, words=(at,))  # "diminished but symmetric at the ankles" are not normal
        return super().result(row, at)


def _is_denied(row: Row, claim: Claim) -> bool:
    """Return whether "no" stands before what is lost: "no loss of reflexes"."""
    first = min(claim.head.at, claim.result.at)
    return first > 0 and row[first - 1].text in NONE and not speaks_of(row, _LIMB, _ARM)


def _of_root(row: Row, at: int) -> str | None:
    """Return the reflex of a root in a list that ends with the word reflex: "L4 and S1 reflexes"."""
    before = next((item for item in reversed(row[:at]) if not (item.is_side or item.is_marked(Mark.LINK))), None)
    behind = row[at + 1] if at + 1 < len(row) else None
    if any(one is not None and one.concept(TOPIC) == _REFLEX and one.concept(_GRADE) for one in (before, behind)):
        return _ROOTS.get(row[at].text)  # "hyporeflexic S1"
    is_listed = at + 2 < len(row) and row[at + 1].is_marked(Mark.LIST, Mark.JOINED)
    return _ROOTS.get(row[at].text) if is_listed and row[at + 2].concept(_REFLEX) else None


def _is_not_got(row: Row, at: int) -> bool:
    """Return whether a reflex was not to be had: "could not get the R AJ"."""
    is_unable = row[at].concept(_ABILITY) == _UNABLE and at + 1 < len(row)
    if not is_unable or row.sentence.words[row.firsts[at + 1]] != _GET:
        return False
    behind = [item for item in row[at + 2 : at + 2 + _NEAR] if not (item.is_side or item.is_marked(Mark.LINK))]
    return bool(behind) and _is_reflex(behind[0])


def _is_hindered(row: Row, at: int) -> bool:
    """Return whether it is told right behind why a reflex was not to be had: "not elicited - oedema"."""
    behind = row[at + 1 : at + 1 + _NEAR]
    is_led = bool(behind) and (behind[0].text in _BECAUSE or any(word in behind[0].text for word in _CAUSES))
    return (
        is_led and any(item.concept(_HINDRANCE) for item in behind) and not any(item.entry.cues for item in behind[1:])
    )


def _is_of_pair(row: Row, at: int) -> bool:
    return any(0 <= place < len(row) and row[place].text == "/" for place in (at - 1, at + 1))


def _has_reflex(row: Row) -> bool:
    """Return whether reflexes are spoken of: by name, or as a tendon with a grade."""
    if _REFLEX in row.kinds or speaks_of(row, TOPIC, _REFLEX):
        return True
    if _is_lone_tendon(row) or any(_REFLEXIA in row[at].text for at in row.kinds.get(_GRADE, ())):
        return True
    is_elicited = any(_ELICIT in row[at].text for at in row.kinds.get(RESULT, ()))
    if not (is_elicited or _GRADE in row.kinds):
        return False
    return any(_is_tendon(row[at]) for at in row.kinds.get(_PLACE, ())) or _are_knees_graded(row)


def _is_tendon(item: Item) -> bool:
    """Return whether a tendon is named, and no joint or muscle."""
    return item.text.startswith(_TENDON)


def _is_lone_tendon(row: Row) -> bool:
    """Return whether a tendon stands beside a word that is said of its reflex: "absent L Achilles"."""
    for at in row.kinds.get(_PLACE, ()):
        before = next((one for one in reversed(row[:at]) if not (one.is_side or one.is_marked(Mark.LINK))), None)
        behind = row[at + 1] if at + 1 < len(row) else None
        is_end = behind is None or behind.is_side or behind.is_marked(Mark.LIST)
        is_said = before is not None and before.text in _SAID_OF_REFLEX
        if _is_tendon(row[at]) and is_said and is_end:
            return True
    return False


def _are_knees_graded(row: Row) -> bool:
    """Return whether nothing but knees, ankles, grades and sides is named: "knees 1+ left, 2+ right, ankles 2+"."""
    if not speaks_of(row, _PLACE, _PATELLAR):
        return False
    return all(
        item.concept(_PLACE)
        or item.concept(_GRADE)
        or item.is_side
        or item.is_marked(Mark.LINK, Mark.LIST)
        or item.text == "b"
        for item in row
    )


def _ends_claim(row: Row, at: int) -> bool:
    """Return whether a plus or minus is a result: behind a head or a side, and before a side or the end."""
    before = row[at - 1] if at else None
    is_second = before is not None and before.text in _SIGNS  # of a column for each side
    if before is None or not (
        is_second or _is_head(before) or before.is_side or before.is_marked(Mark.LIST, Mark.JOINED)
    ):
        return False
    behind = next((item for item in row[at + 1 :] if not (item.is_side or item.is_marked(Mark.LINK))), None)
    is_next_side = behind is not None and behind.text in _SIGNS and row[at + 1].is_side  # "R+ L-"
    return behind is None or is_next_side or behind.is_marked(Mark.LIST, Mark.JOINED, Mark.STOP)


def _is_head(item: Item) -> bool:
    return bool(item.concept(_REFLEX) or item.concept(_PLACE)) or item.text == ":"


def _is_reflex(item: Item) -> bool:
    return item.concept(_REFLEX) is not None or item.concept(TOPIC) == _REFLEX
