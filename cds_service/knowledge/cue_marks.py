"""Which lists of the file of cues hold which function words."""

from collections.abc import Callable
from operator import attrgetter
from typing import Final

from cds_service.knowledge.schema.cues import CuesFile
from cds_service.narrative.words.lexicon import DAY, LexiconEntry, Mark

# By list: what its words are marked as.
_MARKS: Final = {
    "stop.words": (Mark.STOP,),
    "stop.family": (Mark.STOP_FAMILY,),
    "stop.advice": (Mark.STOP_ADVICE,),
    "stop.presently": (Mark.PRESENTLY,),
    "stop.excepting": (Mark.EXCEPT,),
    "stop.telling": (Mark.TELLING,),
    "stop.resuming": (Mark.RESUME,),
    "stop.opening": (Mark.STOP_OPENING,),
    "stop.returning": (Mark.RETURN,),
    "stop.sharing": (Mark.SHARING,),
    "endings.over": (Mark.OVER,),
    "endings.ceased": (Mark.CEASED,),
    "endings.restored": (Mark.RESTORED,),
    "endings.again": (Mark.AGAIN,),
    "endings.unended": (Mark.UNENDED,),
    "endings.degree": (Mark.DEGREE,),
    "endings.then": (Mark.THEN,),
    "endings.earlier": (Mark.EARLIER,),
    "days.now": (Mark.NOW,),
    "days.was": (Mark.WAS,),
    "days.before_operation": (Mark.BEFORE_OPERATION,),
    "days.after_operation": (Mark.AFTER_OPERATION,),
    "days.away": (Mark.AWAY,),
    "quoted.until": (Mark.WRITER,),
    "quoted.objecting": (Mark.OBJECTING,),
    "quoted.refuting": (Mark.REFUTING,),
    "quoted.agreeing": (Mark.AGREEING,),
    "grounds.words": (Mark.GROUNDS,),
    "grounds.suspected": (Mark.SUSPECTED,),
    "claims.before": (Mark.CLAIM,),
    "claims.behind": (Mark.CLAIM_BEHIND,),
    "pseudo.words": (Mark.LINK,),
    "pseudo.companions": (Mark.LINK, Mark.COMPANION),
    "quoted.words": (Mark.LINK, Mark.QUOTED),
}


def add_marks(cues: CuesFile, add: Callable[[str, list[str], LexiconEntry], None]) -> None:
    """Add the words of each list with their marks, by `add`: under its name, the words, and their entry."""
    for name, marks in _MARKS.items():
        add(name, attrgetter(name)(cues), LexiconEntry(marks=frozenset(marks)))
    add("days.names", cues.days.names, LexiconEntry(concepts={DAY: DAY}))
