"""Tell what beside a head takes a result of its own: "SLR 40, AJ absent", "Trendelenburg +ve and IR normal"."""

from typing import Final

from cds_service.narrative.words.items import Row
from cds_service.narrative.words.lexicon import Mark

ANOTHER: Final = "another"  # the concept of what another frame reads
_INTERNAL: Final = "internal"
_OF_OTHERS: Final = frozenset({"gait", "hiv"})  # what is read as a test, and is none of a leg
_TOPICS: Final = frozenset({"strength", "sensation", "reflex"})
_IN: Final = frozenset({"in", "on"})
_NEAR: Final = 4  # items


def takes_own_result(row: Row, at: int) -> bool:
    """Return whether a test, a jerk, a rotation, or a muscle or power with its grade is named."""
    item = row[at]
    if item.concept("filler") or item.concept("position"):
        return False
    if item.concept("reflex") is not None or item.concept("motion") == _INTERNAL:
        return True
    test = item.concept("test")
    return (test is not None and test not in _OF_OTHERS) or _is_graded(row, at)


def tells_where(row: Row, at: int) -> bool:
    """Return whether a leg only tells on which side a result is: "EHL 4/5 in the left leg"."""
    if row[at].concept("whole") is None:
        return False
    lead = at - 1
    while lead > 0 and (row[lead].is_side or row[lead].text == "the"):
        lead -= 1
    is_led = (
        1 < lead < at - 1
        and row[lead].text in _IN
        and (row[lead - 1].concept("grade") or row[lead - 1].concept("result"))
    )
    return bool(is_led) and any(item.concept("muscle") or item.concept("root") for item in row[: lead - 1])


def _is_graded(row: Row, at: int) -> bool:
    """Return whether a muscle or power is named, with its result right behind: "EHL 4/5 R, SLR 80 L"."""
    topic = row[at].concept("topic")
    if row[at].concept("muscle") is None and topic not in _TOPICS:
        return False
    for item in row[at + 1 : at + 1 + _NEAR]:
        if item.concept("grade") or (topic and item.concept("result")):
            return True
        if item.is_marked(Mark.LIST, Mark.STOP) or item.concept("test"):
            return False
    return False
