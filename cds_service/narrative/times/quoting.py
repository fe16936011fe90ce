"""What another wrote, or was found before: it holds no more once the same text finds otherwise.

"Per ED note SLR positive R; on my exam SLR negative" denies it; "per ED note SLR positive R" alone does not.
"""

from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.narrative.mentions import Mention
from cds_service.narrative.statements import Statement
from cds_service.narrative.times.of_then import is_told_of_then
from cds_service.narrative.words.items import Row
from cds_service.narrative.words.when import TODAY

_SINCE: Final = "since"


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


def past_of(mention: Mention, statement: Statement) -> Statement | None:
    """Return what is left of a disease of a past year where the text denies that it is there: a history of it."""
    is_old = mention.when is not None and mention.when.year > 0
    past = mention.saying.past if is_old and statement.value is FindingValue.PRESENT else None
    return statement._replace(finding=past) if past and past != statement.finding else None
