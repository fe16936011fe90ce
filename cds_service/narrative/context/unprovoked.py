"""Tell that a test did not bring a pain on: "FADIR did not reproduce groin pain" denies no groin pain."""

from collections.abc import Iterable

from cds_service.model.facts import FindingValue
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Row
from cds_service.narrative.words.lexicon import Mark

_RESULT, _PROVOKING = "result", "provoking"
_NEAR = 6  # items


def is_unprovoked(row: Row, mentions: Iterable[Mention], mention: Mention) -> bool:
    """Return whether a pain is what a negative test did not bring on."""
    if not mention.saying.is_pain or _RESULT not in row.kinds:
        return False
    return any(
        one.value is FindingValue.ABSENT and _leads_to(row, at, mention)
        for one in mentions
        for at in one.results
        if row[at].concept(_RESULT) == _PROVOKING
    )


def _leads_to(row: Row, at: int, mention: Mention) -> bool:
    between = row[at + 1 : mention.first]
    return at < mention.first <= at + _NEAR and not any(item.is_marked(Mark.LIST, Mark.STOP) for item in between)
