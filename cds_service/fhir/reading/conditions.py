"""Reading Conditions: coded problems and diagnoses with side, severity, dates and status (clinical design §1, §2)."""

from typing import NamedTuple

from cds_service.fhir.reading.notebook import Notebook, source_of, statuses_of
from cds_service.fhir.reading.telling import Telling, name_of, tell_name, tell_notes
from cds_service.fhir.resources import Condition, is_given
from cds_service.logic.dates import When
from cds_service.logic.facts import NO_QUALIFIERS, SourceKind, Value
from cds_service.logic.sides import Side
from cds_service.logic.terminology import Meaning

# Active without these: a Condition without clinicalStatus and abatement is active (clinical design §1.4).
_OVER = frozenset({"inactive", "remission", "resolved"})


def read_condition(condition: Condition, notebook: Notebook) -> None:
    """Write down the findings of one Condition."""
    meanings = notebook.meanings(condition.code)
    name = name_of(condition.code, has_meaning=bool(meanings))
    given = condition.notes if condition.note is None else condition.note
    is_wordless = given is None and notebook.terms.narrative.says_nothing(name)
    if is_wordless and not meanings:
        notebook.ignore_unmapped(condition, condition.code)
        return
    value = _value(condition)
    if isinstance(value, str):
        notebook.ignore(condition, value)
        return
    onset = notebook.when(condition.onsetDateTime, condition.onsetPeriod.start if condition.onsetPeriod else None)
    recorded = notebook.when(condition.recordedDate, condition.dateRecorded, condition.assertedDate)
    when = max((one for one in (recorded, onset) if one), key=lambda one: one.first, default=None)
    count, side = len(notebook.findings), notebook.site_side(condition.bodySite)
    _write_coded(condition, meanings, _Frame(value, side, when, onset), notebook)
    if is_wordless:
        return
    source = source_of(SourceKind.CONDITION_WORDS, condition)
    telling = Telling(condition, source, notebook.findings[count:], side, when, onset, value)
    told = tell_name(telling, name, notebook)
    told += tell_notes(telling, given, notebook) if value is Value.PRESENT else []
    if not meanings and not told:
        notebook.ignore_unmapped(condition, condition.code)


class _Frame(NamedTuple):
    value: Value
    side: Side
    when: When | None
    onset: When | None


def _write_coded(condition: Condition, meanings: list[Meaning], frame: _Frame, notebook: Notebook) -> None:
    source = source_of(SourceKind.CONDITION, condition)
    severity = next((known.severity for known in notebook.known(condition.severity) if known.severity), None)
    qualifiers = {"severity": severity} if severity else NO_QUALIFIERS
    value, side, when, onset = frame
    for meaning in meanings:
        notebook.add(meaning, value, source, side=side, when=when, onset=onset, qualifiers=qualifiers)


def _value(condition: Condition) -> Value | str:
    """What the Condition says of its finding, or why it does not count."""
    verification = statuses_of(condition.verificationStatus)
    if "entered-in-error" in verification:
        return "entered in error"
    if "refuted" in verification:
        return Value.ABSENT
    over = _OVER & statuses_of(condition.clinicalStatus)
    if over:
        return f"no longer active ({', '.join(sorted(over))})"
    if _is_abated(condition):
        return "no longer active (abated)"
    return Value.ASKED if "differential" in verification else Value.PRESENT


def _is_abated(condition: Condition) -> bool:
    others = (
        condition.abatementPeriod,
        condition.abatementAge,
        condition.abatementRange,
        condition.abatementString,
    )
    return bool(condition.abatementDateTime or condition.abatementBoolean or any(map(is_given, others)))
