"""Build what widens or limits the reading of codes: shared systems, measurements, drug courses, what is no disease."""

from collections.abc import Mapping

from cds_service.knowledge.content_folder import ContentFolder, did_you_mean
from cds_service.knowledge.schema.terminology import CodeSystemTable, DrugCourseTable, FindingTable, ValuesFile
from cds_service.model.terminology import (
    Code,
    DrugCourse,
    FindingMeaning,
    Measurement,
    NoDisease,
    NotDone,
    PrefixMeaning,
    ReadingLimits,
    SharedSystem,
)


def build_reading_limits(
    systems: Mapping[str, CodeSystemTable], findings: Mapping[str, FindingTable], values: ValuesFile
) -> ReadingLimits:
    """Build what widens or limits the reading of codes."""
    return ReadingLimits(
        with_editions=frozenset(name for name, table in systems.items() if table.editions),
        shared_systems=_build_shared_systems(systems),
        past={name: str(table.past) for name, table in findings.items() if table.past},
        yields_to={name: frozenset(table.yields_to) for name, table in findings.items() if table.yields_to},
        ended={name: table.ended for name, table in findings.items() if table.ended is not None},
        measurements=_build_measurements(findings),
        courses=tuple(
            _build_course(name, table.course, table.ended or 0) for name, table in findings.items() if table.course
        ),
        no_disease=_build_no_disease(values),
        not_done=_build_not_done(values),
    )


def _build_shared_systems(systems: Mapping[str, CodeSystemTable]) -> dict[str, SharedSystem]:
    return {
        name: SharedSystem(str(table.reads_as), table.depth, tuple(table.deeper))
        for name, table in systems.items()
        if table.reads_as and table.depth
    }


def _build_measurements(tables: Mapping[str, FindingTable]) -> dict[Code, Measurement]:
    return {
        Code(row.system, row.code): Measurement(finding, rows.at_least, rows.unit, rows.within)
        for finding, table in tables.items()
        if (rows := table.measured)
        for row in rows.codes
    }


def _build_course(finding: str, table: DrugCourseTable, ended: int) -> DrugCourse:
    return DrugCourse(
        finding,
        names=tuple(name.lower() for name in table.names),
        codes=frozenset(Code(row.system, row.code) for row in table.codes),
        days=table.days,
        gap=table.gap,
        shortest=table.shortest,
        still_active=table.still_active,
        ended=ended,
        unless=tuple(words.lower() for words in table.unless),
    )


def _build_no_disease(values: ValuesFile) -> NoDisease:
    branches: dict[str, tuple[PrefixMeaning, ...]] = {}
    for row in values.no_disease.codes:
        branch = PrefixMeaning(FindingMeaning(row.code), tuple(row.excepted))
        branches[row.code] = (*branches.get(row.code, ()), branch)
    return NoDisease(branches, tuple(name.lower() for name in values.no_disease.names))


def _build_not_done(values: ValuesFile) -> NotDone:
    return NotDone(tuple(words.lower() for words in values.not_done.words), values.not_done.longest_note)


def check_finding_names(folder: ContentFolder, tables: Mapping[str, FindingTable]) -> None:
    """Note every finding that a finding names and that does not exist."""
    for finding, table in tables.items():
        for name in [*table.yields_to, *([table.past] if table.past else [])]:
            if name not in tables:
                folder.add_problem("findings", finding, f"no finding is called {name}{did_you_mean(name, tables)}")
        if table.course and table.ended is None:
            folder.add_problem("findings", finding, '"course" needs "ended": how long a course that is over counts')


def check_shared_systems(folder: ContentFolder, systems: Mapping[str, CodeSystemTable]) -> None:
    """Note every system that is read as an unknown one."""
    for name, table in systems.items():
        if table.reads_as is not None and table.reads_as not in systems:
            folder.add_problem("systems.toml", name, f"no code system is called {table.reads_as}")
