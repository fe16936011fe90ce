"""The builder of the safety screen from its file."""

from collections.abc import Collection, Iterable, Iterator

from cds_service.knowledge.code_formats import expand_side_digit, is_loinc, is_snomed_ct
from cds_service.knowledge.content_folder import ContentFolder, did_you_mean
from cds_service.knowledge.files import SCREEN_FILE
from cds_service.knowledge.schema.screen import (
    AnswerTable,
    LanguageFile,
    LimitRow,
    NearRow,
    SafetyScreenFile,
    ScreenGroupRow,
    SitedBranchRow,
)
from cds_service.model.screen import (
    ALL_RESTRAINT,
    AnswerWords,
    LanguageWords,
    SafetyScreen,
    ScreenBranch,
    ScreenGroup,
    ScreenLimit,
    ScreenPattern,
    ScreenTable,
)
from cds_service.model.sides import Side

_RANGE = "-"


def check_screen(
    folder: ContentFolder, file: SafetyScreenFile, findings: Collection[str], rules: Collection[str]
) -> None:
    """Note every finding and rule that does not exist, and every code that is in the wrong form."""
    for name, row in file.group.items():
        for key, named, known in (("findings", row.findings, findings), ("stops", row.stops, {*rules, ALL_RESTRAINT})):
            for one in named:
                if one not in known:
                    message = f"there is no {one}{did_you_mean(one, known)}"
                    folder.add_problem(SCREEN_FILE, f"group.{name}.{key}", message)
        for code in row.snomed:
            if not is_snomed_ct(code.code):
                folder.add_problem(SCREEN_FILE, f"group.{name}.snomed", f"{code.code} has a wrong check digit")
        for limit in row.values:
            for loinc in limit.loinc:
                if not is_loinc(loinc):
                    folder.add_problem(SCREEN_FILE, f"group.{name}.values", f"{loinc} has a wrong check digit")
        if not (row.words or row.near):
            folder.add_problem(SCREEN_FILE, f"group.{name}", "has no words")


def build_screen_groups(file: SafetyScreenFile) -> dict[str, ScreenGroup]:
    """Build the groups that the logic judges hits by."""
    return {
        name: ScreenGroup(
            id=name,
            label=row.label,
            stops=frozenset(row.stops),
            window_days=None if row.window == "never" else row.window,
            clock=row.clock,
            is_always=row.always,
            is_sided=row.sided,
        )
        for name, row in file.group.items()
    }


def build_screen(file: SafetyScreenFile, language: LanguageWords) -> SafetyScreen:
    """Build the screen that reads charts."""
    groups = build_screen_groups(file)
    return SafetyScreen(
        tables=tuple(_build_table(groups[name], row) for name, row in file.group.items()),
        unread=tuple(_to_branches(file.reading.unread, ())),
        test_name=ScreenPattern("test", (tuple(file.reading.tests),), unless=tuple(file.reading.tests_unless)),
        positive=frozenset(file.reading.positive),
        language=language,
        answers=_to_answers(file.answers),
    )


def _to_answers(table: AnswerTable) -> AnswerWords:
    return AnswerWords(
        normal=tuple(table.normal),
        unanswered=tuple(table.unanswered),
        beside=frozenset(table.beside),
        faculties=tuple(table.faculties),
        signs=tuple(table.signs),
        lost=tuple(table.lost),
    )


def build_language(own: str, clinical: str, others: LanguageFile) -> LanguageWords:
    """Build the words by which languages are told apart. `own` and `clinical`: the texts of the word lists."""
    return LanguageWords(
        own=_list_words(own),
        clinical=_list_words(clinical),
        other=frozenset(word for words in others.foreign.values() for word in words.split()),
        neutral=tuple(others.neutral),
        foreign_endings=tuple(others.endings),
    )


def _list_words(text: str) -> frozenset[str]:
    """Return the words of a list, without its lines of comment."""
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


def _build_table(group: ScreenGroup, row: ScreenGroupRow) -> ScreenTable:
    return ScreenTable(
        group=group,
        words=(*map(_to_word, row.words), *map(_to_pattern, row.near)),
        look_alikes=(*map(_to_word, row.not_words), *map(_to_pattern, row.not_near)),
        branches=(*_to_branches(row.icd10, row.icd10_not), *_to_sited_branches(row.icd10_sited)),
        snomed=frozenset(code.code for code in row.snomed),
        limits=tuple(map(_to_limit, row.values)),
        findings=frozenset(row.findings),
        is_done=row.done,
    )


def _to_word(word: str) -> ScreenPattern:
    return ScreenPattern(word.strip("-"), ((word,),))


def _to_pattern(row: NearRow) -> ScreenPattern:
    cause = " + ".join(part[0].strip("-") for part in row.parts)
    return ScreenPattern(cause, tuple(map(tuple, row.parts)), row.within, row.ordered, row.whole, tuple(row.unless))


def _to_branches(listed: Iterable[str], excluded: Iterable[str]) -> Iterator[ScreenBranch]:
    """Yield the branches of a list; one with "?" once for each side that its digit states."""
    exceptions = tuple(excluded)
    for branch in listed:
        first, _, last = branch.partition(_RANGE)
        for code, side in expand_side_digit(first, Side.UNSTATED):
            yield ScreenBranch(branch, code, last, tuple(one for one in exceptions if one.startswith(code[:1])), side)


def _to_sited_branches(rows: Iterable[SitedBranchRow]) -> Iterator[ScreenBranch]:
    for row in rows:
        yield ScreenBranch(row.code, row.code, elsewhere=tuple(row.elsewhere), here=tuple(row.here))


def _to_limit(row: LimitRow) -> ScreenLimit:
    return ScreenLimit(
        cause=row.name,
        codes=frozenset(row.loinc),
        units=frozenset(unit.lower() for unit in row.units),
        words=tuple(row.words),
        low=row.low,
        high=row.high,
        times_upper=row.times_upper,
        upper=row.upper,
        factors={unit.lower(): factor for unit, factor in row.factors.items()},
        most=row.most,
        is_temperature=row.temperature,
        other_names=tuple(row.other_names),
        only_units=None if row.only_units is None else frozenset(unit.lower() for unit in row.only_units),
        is_in_texts=row.in_texts,
    )
