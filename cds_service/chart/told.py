"""What the statements of a text come to on the day on which it was told."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.model.vocabulary import Vocabulary
from cds_service.narrative.statements import Statement

_RECENT: Final = timedelta(
    days=91
)  # behind the year of an event: until then it may be as young as an acute flag must be
_YEARS: Final = 2  # calendar years from an onset to a text that make it long-standing; a year alone may end yesterday


def settle(statements: Iterable[Statement], told_on: date, *, accepts_vague: bool) -> list[Statement]:
    """Return the statements that hold on the day they were told. Only in orders do vague ones.

    What happened in a year that is not over outranks its denial: "crash in 2026, no injury since".
    """
    held = [one for one in statements if holds(one, told_on, accepts_vague=accepts_vague)]
    happened = {one.finding for one in held if one.year and one.value is FindingValue.PRESENT}
    return [
        with_course(one, told_on) for one in held if one.value is not FindingValue.ABSENT or one.finding not in happened
    ]


def holds(statement: Statement, told_on: date, *, accepts_vague: bool) -> bool:
    """Return whether a statement counts: not too vague, and not long past: "MVA in 2006", "numb in 2012"."""
    was = statement.was.on(told_on) if statement.was else None
    over = [date(statement.year, 12, 31)] if statement.year else []
    over += [was.last] if was else []
    return all(day + _RECENT >= told_on for day in over) and (accepts_vague or not statement.is_vague)


def is_done_or_lasting(statement: Statement, findings: Vocabulary) -> bool:
    """Return whether a statement is about a treatment or a finding that stays: a procedure's name tells no more."""
    finding = findings[statement.finding]
    return finding.kind == "treatment" or finding.stays


def with_course(statement: Statement, told_on: date) -> Statement:
    """Return the statement, long-standing if it began in a year long past: "incontinence since 2019"."""
    is_old = statement.since and statement.value is FindingValue.PRESENT and told_on.year - statement.since >= _YEARS
    if not is_old or any(name == "course" for name, _ in statement.qualifiers):
        return statement
    return statement._replace(qualifiers=(*statement.qualifiers, ("course", "long-standing")))
