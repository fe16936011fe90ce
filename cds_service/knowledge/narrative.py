"""The builder of the lexicon from the narrative files; it refuses phrases that have two meanings."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, product
from types import MappingProxyType

from cds_service.knowledge.content_folder import ContentFolder, did_you_mean
from cds_service.knowledge.cue_marks import add_marks
from cds_service.knowledge.cue_phrases import CuePhrases
from cds_service.knowledge.entry_collector import EntryCollector
from cds_service.knowledge.files import (
    NARRATIVE_CUES,
    NARRATIVE_FINDINGS,
    NARRATIVE_PLACES,
    NARRATIVE_SECTIONS,
    NARRATIVE_WORDS,
    OWN_WORDS_FILE,
    NarrativeFiles,
)
from cds_service.knowledge.frames import build_frames
from cds_service.knowledge.meanings import build_meaning, complete_meaning, past_of
from cds_service.knowledge.misspellings import list_misspellings
from cds_service.knowledge.schema.cues import CuesFile, PlainTable
from cds_service.knowledge.schema.narrative import (
    SIDE_NAMES,
    PhrasesTable,
    PlaceTable,
    SectionTable,
    Slots,
    WordsFile,
)
from cds_service.knowledge.schema.terminology import QUALIFIER_VALUES, FindingTable
from cds_service.knowledge.time_words import build_time_words
from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.words.lexicon import (
    Cue,
    CueEffect,
    Lexicon,
    LexiconEntry,
    Mark,
    PhraseMeaning,
    PlainWords,
    Section,
)
from cds_service.narrative.words.tokenizer import normalize_phrase

_SIDES = (("left", "right"), ("lt", "rt"), ("l", "r"))


def build_narrative(folder: ContentFolder, files: NarrativeFiles, findings: Mapping[str, FindingTable]) -> Lexicon:
    """Build the lexicon; every problem is noted in `folder` with its file and key."""
    collector = EntryCollector(folder)
    _add_words(collector, files.words)
    _add_cues(collector, files.cues)
    _add_findings(collector, files, findings)
    _add_surroundings(collector, files.words)
    _check_names(folder, files, findings)
    words = files.words
    return Lexicon(
        entries=MappingProxyType(collector.entries),
        abbreviations=frozenset(words.abbreviations.words),
        answers=MappingProxyType(
            {
                normalize_phrase(word): value
                for value, listed in _pair_with_values(words.answers.present, words.answers.absent)
                for word in listed
            }
        ),
        reach=words.reach,
        longest_text=words.longest_text,
        plain=_build_plain(files.cues.plain),
        wide=frozenset(str(name) for name, table in words.surroundings.items() if table.wide),
        frames=build_frames(collector, files, findings),
        times=build_time_words(files.time),
        sections=_build_sections(folder, files, of_reports=False),
        report_sections=_build_sections(folder, files, of_reports=True),
        misspellings=list_misspellings(words.misspelt.words, _known_words(folder, collector)),  # when all else is known
    )


def _known_words(folder: ContentFolder, collector: EntryCollector) -> set[str]:
    """Return the words that are none of the content misspelt: its own, and those of the language."""
    own = chain.from_iterable(map(str.split, collector.entries))
    return {*own, *folder.load_text(OWN_WORDS_FILE).split()}


def _build_plain(table: PlainTable) -> PlainWords:
    kinds = (
        table.words,
        table.things,
        table.limits,
        table.excepting,
        table.turning,
        table.contrasting,
        table.retracting,
    )
    return PlainWords(*(frozenset(map(normalize_phrase, phrases)) for phrases in kinds))


def _build_sections(folder: ContentFolder, files: NarrativeFiles, *, of_reports: bool) -> Mapping[str, Section]:
    """Return the sections of notes by title, or those of reports, which also have titles of their own."""
    sections: dict[str, Section] = {}
    for is_of_reports in (False, True)[: 1 + of_reports]:
        tables = {name: table for name, table in files.sections.items() if table.reports is is_of_reports}
        titled = [(normalize_phrase(title), name) for name, table in tables.items() for title in table.titles]
        for title, count in Counter(title for title, _ in titled).items():
            if count > 1:
                folder.add_problem(NARRATIVE_SECTIONS, title, "is a title of two sections, or twice of one")
        sections |= {title: _section(tables[name]) for title, name in titled}
    return MappingProxyType(sections)


def _section(table: SectionTable) -> Section:
    effect = CueEffect(table.effect) if table.effect else None
    return Section(effect, table.until_blank, table.diagnoses, table.opens or effect is not None)


def _pair_with_values(present: list[str], absent: list[str]) -> tuple[tuple[FindingValue, list[str]], ...]:
    return (FindingValue.PRESENT, present), (FindingValue.ABSENT, absent)


def _compared(between: Iterable[str]) -> Iterator[str]:
    """Yield the two sides with each word that compares them: "r > l", "left more than right"."""
    for (left, right), compares in product(_SIDES, between):
        yield f"{left} {compares} {right}"
        yield f"{right} {compares} {left}"


def _add_words(collector: EntryCollector, words: WordsFile) -> None:
    words_by_mark = {
        Mark.LINK: ("links.words", [*words.links.words, *words.links.motion]),
        Mark.MOTION: ("links.motion", words.links.motion),
        Mark.LIST: ("lists.words", words.lists.words),
        Mark.JOINED: ("lists.joined", words.lists.joined),
        Mark.ELSEWHERE: ("elsewhere", words.elsewhere.words),
    }
    for mark, (key, listed) in words_by_mark.items():
        collector.add(NARRATIVE_WORDS, key, listed, LexiconEntry(marks=frozenset({mark})))
    for side in SIDE_NAMES:
        listed = [*getattr(words.sides, side), *(_compared(words.sides.between) if side == "both" else ())]
        collector.add(NARRATIVE_WORDS, f"sides.{side}", listed, LexiconEntry(side=Side(side)))
    collector.add(NARRATIVE_WORDS, "sides.none", words.sides.none, LexiconEntry())
    for qualifier, values in words.qualifiers.items():
        for value_name, listed in values.items():
            collector.add(
                NARRATIVE_WORDS,
                f"qualifiers.{qualifier}.{value_name}",
                listed,
                LexiconEntry(qualifiers={str(qualifier): str(value_name)}),
            )
    began = LexiconEntry(marks=frozenset({Mark.TIME, Mark.BEGAN}), qualifiers={"course": "new"})
    collector.add(NARRATIVE_WORDS, "began", words.began, began)
    for value_name, listed in words.times.items():
        entry = LexiconEntry(marks=frozenset({Mark.TIME}), qualifiers={"course": str(value_name)})
        collector.add(NARRATIVE_WORDS, f"times.{value_name}", listed, entry)


def _add_surroundings(collector: EntryCollector, words: WordsFile) -> None:
    for name, table in words.surroundings.items():
        collector.surround(table.words, str(name))


def _add_cues(collector: EntryCollector, cues: CuesFile) -> None:
    phrases = CuePhrases(collector.folder, {str(name): words for name, words in cues.sets.items()})

    def add(key: str, listed: list[str], entry: LexiconEntry) -> None:
        collector.add(NARRATIVE_CUES, key, phrases.expand(key, listed), entry)

    for effect in CueEffect:
        table = getattr(cues, effect.value)
        add(f"{effect.value}.before", table.before, LexiconEntry(cues=(Cue(effect, True),)))
        add(f"{effect.value}.listing", table.listing, LexiconEntry(cues=(Cue(effect, True, True),)))
        add(f"{effect.value}.behind", table.behind, LexiconEntry(cues=(Cue(effect, False),)))
        whole = LexiconEntry(cues=(Cue(effect, False, is_listing=True),))
        add(f"{effect.value}.all_behind", table.all_behind, whole)
        closing = LexiconEntry(cues=(Cue(effect, False, is_closing=True),))
        add(f"{effect.value}.closing", table.closing, closing)
        opening = LexiconEntry(cues=(Cue(effect, True, is_opening=True),))
        add(f"{effect.value}.opening", table.opening, opening)
        anywhere = LexiconEntry(cues=(Cue(effect, False, is_anywhere=True),))
        add(f"{effect.value}.anywhere", table.anywhere, anywhere)
        both = LexiconEntry(cues=(Cue(effect, True, is_between=True), Cue(effect, False, is_between=True)))
        add(f"{effect.value}.between", table.between, both)
    add_marks(cues, add)


def _add_findings(collector: EntryCollector, files: NarrativeFiles, findings: Mapping[str, FindingTable]) -> None:
    for name, table in files.findings.items():
        _add_table(collector, NARRATIVE_FINDINGS, name, table, build_meaning(name, files, findings))
    _add_terms(collector, files, findings)
    for name, place in files.places.items():
        _add_table(collector, NARRATIVE_PLACES, name, place, build_meaning(name, files, findings))


def _add_table(collector: EntryCollector, file: str, name: str, table: PhrasesTable, saying: PhraseMeaning) -> None:
    collector.add(file, name, _list_phrases(table.phrases, table.combined), LexiconEntry(saying=saying))
    collector.add(file, name, table.cased, LexiconEntry(saying=saying, written=()))
    collector.add(file, name, table.structures, LexiconEntry(saying=replace(saying, is_structure=True)))
    collector.add(file, name, table.sites, LexiconEntry(saying=replace(saying, is_site=True)))
    denials = _list_phrases(table.denials, table.combined_denials)
    collector.add(file, name, denials, LexiconEntry(saying=replace(saying, is_denial=True)))


def _list_phrases(phrases: list[str], combined: list[Slots]) -> Iterable[str]:
    """Return all phrases, each once: the plain ones, and the combinations of the words of each row."""
    made = (" ".join(filter(None, words)) for slots in combined for words in product(*slots))
    return dict.fromkeys([*phrases, *made])


def _add_terms(collector: EntryCollector, files: NarrativeFiles, findings: Mapping[str, FindingTable]) -> None:
    """Add the names that code systems give findings, as phrases like those of the narrative files."""
    for name, finding in findings.items():
        table = files.findings.get(name)
        meaning = PhraseMeaning((name,), (name,), past=past_of(findings, name))
        new = [term for term in finding.terms if not collector.records(term, name)]
        collector.add(
            "findings", name, new, LexiconEntry(saying=complete_meaning(meaning, table) if table else meaning)
        )


def _check_names(folder: ContentFolder, files: NarrativeFiles, findings: Mapping[str, FindingTable]) -> None:
    """Note every finding without words, its own or a frame's, and every unknown name."""
    read = _read_by_frames(files)
    for name, finding_table in findings.items():
        if name not in files.findings and not finding_table.terms and name not in read:
            folder.add_problem(NARRATIVE_FINDINGS, name, "has no words: every finding of the vocabulary needs a table")
    for file, tables in ((NARRATIVE_FINDINGS, files.findings), (NARRATIVE_PLACES, files.places)):
        for name, table in tables.items():
            for finding in _named_findings(name, table):
                if finding not in findings:
                    folder.add_problem(file, name, f"no finding is called {finding}{did_you_mean(finding, findings)}")
            if name not in read and not _has_words(table):
                folder.add_problem(file, name, "has no words")
            _check_table(folder, file, name, table, files.words)
    stated = [*files.words.qualifiers.items(), ("course", files.words.times)]
    for qualifier, values in stated:
        for value in values:
            if value not in QUALIFIER_VALUES[qualifier]:
                folder.add_problem(NARRATIVE_WORDS, f"qualifiers.{qualifier}", f"{value} is not a value of {qualifier}")


def _read_by_frames(files: NarrativeFiles) -> set[str]:
    """Return the findings and places that a frame records: they need no phrases."""
    recorded = [one for frame in files.frames.values() for one in frame.reads.values()]
    named = {str(name) for one in recorded for name in ([one] if isinstance(one, str) else one.values())}
    return named | {str(name) for place in named & files.places.keys() for name in files.places[place].records}


def _named_findings(name: str, table: PhrasesTable) -> list[str]:
    if not isinstance(table, PlaceTable):
        return [name, *table.claimed_by]
    return [*table.records, *table.denies, *table.claimed_by, *(finding for group in table.beside for finding in group)]


def _has_words(table: PhrasesTable) -> bool:
    named = (table.phrases, table.cased, table.sites, table.structures, table.combined, table.denials)
    return any(named)


def _check_table(folder: ContentFolder, file: str, name: str, table: PhrasesTable, words: WordsFile) -> None:
    for taken in table.takes:
        if taken not in words.qualifiers:
            folder.add_problem(file, name, f"no words are given for the qualifier {taken}")
    for surrounding in (*table.unless, *table.still):
        if surrounding not in words.surroundings:
            meant = did_you_mean(surrounding, words.surroundings)
            folder.add_problem(file, name, f"no surroundings are called {surrounding}{meant}")
