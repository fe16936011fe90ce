"""Judge mentions: what each states under the effects of the cues and the section around it."""

from collections.abc import Iterator

from cds_service.model.facts import FindingValue
from cds_service.model.vocabulary import Vocabulary
from cds_service.narrative.context.surroundings import since_year, year_of
from cds_service.narrative.mentions import Mention
from cds_service.narrative.statements import Statement
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import CueEffect, PhraseMeaning

_AGAIN = "again"
_BEGUN = frozenset({"new", "worse"})
_DIAGNOSIS = "diagnosis"
_DANGERS = frozenset({"flag", "sign", "symptom", _DIAGNOSIS})
_RADIATES = ("radiation", "yes")
_PRESENT, _ABSENT = FindingValue.PRESENT, FindingValue.ABSENT
_SAYS_NOTHING = frozenset({CueEffect.FAMILY, CueEffect.UNCLEAR, CueEffect.ADVICE})


class Judge:
    """Turns mentions into statements about the findings of the vocabulary."""

    def __init__(self, findings: Vocabulary) -> None:
        self._findings = findings
        self.diagnoses = frozenset(name for name, known in findings.items() if known.kind == _DIAGNOSIS)

    def is_sign(self, statement: Statement) -> bool:
        """Return whether a statement denies a sign of the examination."""
        return statement.value is _ABSENT and self._findings[statement.finding].kind == "sign"

    def is_undone(self, statement: Statement) -> bool:
        """Return whether a statement denies a treatment."""
        return statement.value is _ABSENT and self._findings[statement.finding].kind == "treatment"

    def is_denied_danger(self, statement: Statement) -> bool:
        """Return whether a statement denies a red flag, a sign of the examination or a symptom."""
        return statement.value is _ABSENT and self._findings[statement.finding].kind in _DANGERS

    def is_flag(self, statement: Statement) -> bool:
        """Return whether a statement is about a red flag."""
        return self._findings[statement.finding].kind == "flag"

    def stays(self, statement: Statement) -> bool:
        """Return whether a statement is about what does not go away by itself: an implant is there until it is out."""
        return self._findings[statement.finding].stays

    def is_reported(self, statement: Statement) -> bool:
        """Return whether a report of imaging may state it: a diagnosis, or a danger that images show, but not deny."""
        known = self._findings[statement.finding]
        return known.kind == _DIAGNOSIS or (known.is_imaged and statement.value is not _ABSENT)

    def date(self, statement: Statement, row: Row, mention: Mention) -> Statement:
        """Return a statement with the times that its sentence gives it."""
        may_date = row.has_year or (row.has_number and mention.saying.is_event)  # "fell ten feet in '95"
        stated = _dated(statement, row, mention) if may_date else statement
        is_again = mention.saying.is_event and _AGAIN in row.sentence.words
        return (
            self._timed(stated, mention) if mention.is_dated and not is_again else stated
        )  # "RTC 2004, and again now"

    def _timed(self, statement: Statement, mention: Mention) -> Statement:
        """Return a statement with its times. An event, a treatment and what stays happened on a day; other things pass.

        No flag passes by its date alone: it is not said that it is over.
        """
        if statement.value is FindingValue.ABSENT:
            return statement
        known = self._findings[statement.finding]
        happened = mention.saying.is_dated or known.kind == "treatment" or known.stays
        if happened:
            return statement._replace(onset=mention.onset, when=mention.when)
        is_of_then = mention.onset is None or mention.onset.is_counted  # "for six weeks in 2011"
        return statement._replace(
            onset=mention.onset, was=mention.when if is_of_then and known.kind != "flag" else None
        )

    def judge(self, mention: Mention, changes: set[CueEffect]) -> Iterator[Statement]:
        """Yield the statements of a mention under the effects of the cues around it."""
        saying = mention.saying
        if changes and changes & _SAYS_NOTHING:
            return
        is_absent = mention.value is _ABSENT
        if CueEffect.NEGATED in changes or is_absent:
            if not (is_absent and CueEffect.NEGATED in changes) and CueEffect.HYPOTHETICAL not in changes:
                absent = (
                    (*saying.denies, saying.past) if CueEffect.HISTORICAL in changes and saying.past else saying.denies
                )
                yield from [Statement(one, _ABSENT, mention.side) for one in absent if one]
            return
        if saying.is_only_new and mention.qualifiers.get("course") not in _BEGUN:
            return
        for finding in saying.records:
            is_dated = mention.when is not None and self._findings[finding].kind == "treatment"
            found = self._present(finding, saying, changes - {CueEffect.HISTORICAL} if is_dated else changes)
            if found:
                stated = _qualifiers(mention) if found[1] is _PRESENT else ()
                is_meant = saying.is_structure and CueEffect.HYPOTHETICAL in changes
                is_vague = (saying.is_asked or saying.is_structure) and not is_meant
                yield Statement(*found, mention.side, stated, is_vague)

    def _present(self, finding: str, saying: PhraseMeaning, changes: set[CueEffect]) -> tuple[str, FindingValue] | None:
        if not changes and not (saying.is_asked or saying.is_structure):
            return finding, _PRESENT
        known = self._findings[finding]
        is_done = known.kind == "treatment"
        if saying.is_drug and CueEffect.ENDED in changes:
            return None
        if is_done and CueEffect.HYPOTHETICAL in changes:
            return None
        if (is_done or saying.is_advised or saying.is_drug) and CueEffect.PLANNED in changes:
            return None
        if saying.is_asked and CueEffect.HISTORICAL in changes:
            return None
        if saying.is_asked or saying.is_structure or CueEffect.HYPOTHETICAL in changes:
            return finding, FindingValue.ASKED
        if CueEffect.HISTORICAL in changes or (CueEffect.PERFORMED in changes and known.kind == _DIAGNOSIS):
            if known.stays:
                return finding, FindingValue.PRESENT
            return (saying.past, FindingValue.PRESENT) if saying.past else None
        return finding, FindingValue.PRESENT


def _dated(statement: Statement, items: list[Item], mention: Mention) -> Statement:
    """Return the statement with the years that its sentence gives it."""
    year = year_of(items, mention) if mention.saying.is_event else 0
    since = since_year(items, mention) if "course" in mention.saying.takes else 0
    return statement._replace(year=year, since=since) if year or since else statement


def _qualifiers(mention: Mention) -> tuple[tuple[str, str], ...]:
    if not (mention.qualifiers or mention.radiates):
        return ()
    stated = dict(mention.qualifiers)
    if mention.radiates:
        stated[_RADIATES[0]] = _RADIATES[1]
    return tuple(sorted(stated.items()))
