"""What another wrote, or was found before: it holds no more once the same text finds otherwise.

"Per ED note SLR positive R; on my exam SLR negative" denies it; "per ED note SLR positive R" alone does not.
"""

from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.narrative.items import Item, Role, Row
from cds_service.narrative.lexicon import Mark
from cds_service.narrative.mentions import Mention
from cds_service.narrative.of_then import is_of_then
from cds_service.narrative.statements import Statement
from cds_service.narrative.traits import marked
from cds_service.narrative.when import TODAY

_QUOTED: Final = marked(Mark.QUOTED)
_THEN: Final = marked(Mark.THEN)
_NOT: Final = frozenset({"not", "isnt", "not in"})
_COMMA: Final = ","
_IT_IS: Final = frozenset({"it is", "its", "it was", "this is", "this was"})
_SINCE: Final = "since"
_BEFORE_SPEAKER: Final = frozenset({"-", ",", ":"})
_NEAR: Final = 4  # items
_MOST_BEHIND: Final = 2  # items behind "not" in "NOT saddle"


def may_correct(row: Row) -> bool:
    """Return whether a sentence may say where it is that another wrote of."""
    return bool(row) and Mark.WRITER in row[0].entry.marks and any(item.text in _IT_IS for item in row[1:_NEAR])


def is_of_before(row: Row, mention: Mention, statement: Statement) -> bool:
    """Return whether something is told of a day before, and not of today."""
    if mention.saying.is_drug and is_past_drug(row, mention):
        return True
    if statement.was is not None:
        return statement.was.is_relative and statement.was != TODAY
    return is_told_of_then(row, mention)


def is_past_drug(row: Row, mention: Mention) -> bool:
    """Return whether a drug is told to have been taken in a year: "prednisolone 2015", beside "no current steroids"."""
    if not mention.saying.is_drug or mention.onset is not None:
        return False
    near = row[mention.first : mention.last + 1] if row.has_year else ()
    is_since = any(item.text.startswith(_SINCE) for item in near)
    return not is_since and (any(item.year for item in near) or (mention.when is not None and mention.when.year > 0))


def is_told_of_then(row: Row, mention: Mention) -> bool:
    """Return whether words behind a mention say that it was so on a day before: "negative at last visit"."""
    return bool(row.traits & _THEN) and is_of_then(row, mention)


def past_of(mention: Mention, statement: Statement) -> Statement | None:
    """Return what is left of a disease of a past year where the text denies that it is there: a history of it."""
    is_old = mention.when is not None and mention.when.year > 0
    past = mention.saying.past if is_old and statement.value is FindingValue.PRESENT else None
    return statement._replace(finding=past) if past and past != statement.finding else None


def is_quoted(row: Row, mention: Mention) -> bool:
    """Return whether a mention stands behind words that quote another, and the writer has not spoken since."""
    if not row.traits & _QUOTED:
        return False
    for at in range(mention.first - 1, -1, -1):
        if row[at].is_marked(Mark.QUOTED):
            return True
        if row[at].is_marked(Mark.WRITER) or _is_patient_speaking(row, at):
            return False
    return False


def _is_patient_speaking(row: Row, at: int) -> bool:
    """Return whether the patient is heard behind what another wrote: "GP letter: drug use - pt denies it"."""
    is_patient = row[at].is_marked(Mark.STOP_FAMILY)
    return is_patient and at > 0 and row[at - 1].text in _BEFORE_SPEAKER and not row[at - 1].is_marked(Mark.QUOTED)


def is_taken_back(row: Row, mention: Mention, behind: Row | None) -> bool:
    """Return whether the writer says that what another wrote is not so: "clarified: outer thigh, NOT saddle".

    `behind`: the next sentence, which may say so: "your letter mentions saddle numbness; this is the outer thigh".
    """
    if not is_quoted(row, mention):
        return False
    writer = next((at for at in range(mention.last + 1, len(row)) if row[at].is_marked(Mark.WRITER)), len(row))
    if any(_is_elsewhere(row, mention, row[mention.place].text, at) for at in range(writer + 1, len(row))):
        return True
    if writer == len(row) and behind is not None and _tells_where(behind, mention, row[mention.place].text):
        return True
    denied = next((at for at in range(writer, len(row)) if row[at].text in _NOT), None)
    return denied is not None and denied + _MOST_BEHIND >= len(row) - 1 and row[denied - 1].text == _COMMA


def _is_elsewhere(row: Row, mention: Mention, named: str, at: int) -> bool:
    """Return whether the writer says that it is another place: "at first he said thigh, but it is the knee"."""
    if row[at].text not in _IT_IS:
        return False
    place = next((one for one in range(at + 1, len(row)) if not _leads(row[one])), None)
    if place is None or row[place].role is not Role.PLACE or row[place].text == named:
        return False
    return mention.saying.is_pain or place == len(row) - 1  # of a danger it is all that is said


def _leads(item: Item) -> bool:
    return item.is_side or item.is_marked(Mark.LINK)


def _tells_where(row: Row, mention: Mention, named: str) -> bool:
    """Return whether the writer begins a sentence by saying that it is another place: "clarified: it is the calf"."""
    if not row or not row[0].is_marked(Mark.WRITER):
        return False
    at = 1 + (len(row) > 1 and row[1].text in _BEFORE_SPEAKER)
    return at < len(row) and _is_elsewhere(row, mention, named, at)
