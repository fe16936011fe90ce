"""Reading Conditions: coded problems and diagnoses with side, severity, dates and status (clinical design §1, §2)."""

from cds_service.fhir.reading.notebook import Notebook, source_of, status_of
from cds_service.fhir.resources import Condition
from cds_service.logic.facts import NO_QUALIFIERS, SourceKind, Value
from cds_service.logic.terminology import Code

# Active without these: a Condition without clinicalStatus and abatement is active (clinical design §1.4).
_OVER = frozenset({"inactive", "remission", "resolved"})


def read_condition(condition: Condition, notebook: Notebook) -> None:
    """Write down the findings of one Condition."""
    source = source_of(SourceKind.CONDITION, condition)
    meanings = notebook.meanings(condition.code)
    if not meanings:
        notebook.ignore_unmapped(source, condition.code)
        return
    value = _value(condition)
    if isinstance(value, str):
        notebook.ignore(source, value)
        return
    onset = notebook.when(condition.onsetDateTime, condition.onsetPeriod.start if condition.onsetPeriod else None)
    recorded = notebook.when(condition.recordedDate, condition.dateRecorded, condition.assertedDate)
    dates = [when for when in (recorded, onset) if when]
    severity = next((notebook.terms.severity[code] for code in _severity(condition, notebook)), None)
    for meaning in meanings:
        notebook.add(
            meaning,
            value,
            source,
            side=notebook.site_side(condition.bodySite),
            when=max(dates, key=lambda when: when.last, default=None),
            onset=onset,
            qualifiers={"severity": severity} if severity else NO_QUALIFIERS,
        )


def _severity(condition: Condition, notebook: Notebook) -> list[Code]:
    return [code for code in notebook.codes(condition.severity) if code in notebook.terms.severity]


def _value(condition: Condition) -> Value | str:
    """What the Condition says of its finding, or why it does not count."""
    verification = status_of(condition.verificationStatus)
    if verification == "entered-in-error":
        return "entered in error"
    if verification == "refuted":
        return Value.ABSENT
    clinical = status_of(condition.clinicalStatus)
    if clinical in _OVER:
        return f"no longer active ({clinical})"
    if condition.abatementDateTime or condition.abatementBoolean:
        return "no longer active (abated)"
    return Value.ASKED if verification == "differential" else Value.PRESENT
