"""Tell whether a treatment is denied for a time alone: "no PT since January", "no back surgery planned"."""

from typing import Final

from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Row
from cds_service.narrative.words.lexicon import Mark

_TODAY = "today"  # "hip not injected today"
_SINCE, _BY_US = "since", ("by", "us")
_TO_COME: Final = frozenset(
    {"planned", "indicated", "needed", "required", "warranted", "necessary", "advised", "recommended", "proposed"}
    | {"scheduled", "booked", "arranged", "offered", "wanted", "desired", "anticipated", "contemplated"}
)
_NEAR: Final = 5  # words behind the treatment


def is_undone_for_a_time(row: Row, mention: Mention) -> bool:
    """Return whether a treatment is only denied since a day, or is not to come. Before, it may have been given."""
    first = row.words(mention.last, mention.last)[1]
    near = row.sentence.words[first : first + _NEAR]
    for at in range(mention.last + 1, len(row)):
        if row[at].is_marked(Mark.LIST):
            near = row.sentence.words[first : min(first + _NEAR, row.firsts[at])]
            break
    return (
        _TODAY in near or _SINCE in near[:-1] or not _TO_COME.isdisjoint(near) or tuple(near[: len(_BY_US)]) == _BY_US
    )
