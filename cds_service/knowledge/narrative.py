"""Builds what the words of a chart mean from the narrative files; refuses phrases that say two things."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from cds_service.knowledge.content_folder import ContentFolder, did_you_mean
from cds_service.knowledge.files import (
    NARRATIVE_CUES,
    NARRATIVE_FINDINGS,
    NARRATIVE_PLACES,
    NARRATIVE_WORDS,
    NarrativeFiles,
)
from cds_service.knowledge.schema.narrative import SIDE_NAMES, CuesFile, PhrasesTable, PlaceTable, WordsFile
from cds_service.knowledge.schema.terminology import QUALIFIER_VALUES, FindingTable
from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.lexicon import Cue, CueEffect, Lexicon, LexiconEntry, Mark, PhraseMeaning
from cds_service.narrative.tokenizer import normalize_phrase

_EMPTY_ENTRY = LexiconEntry()
# A phrase of three kinds may stand in several lists of them; one that says a finding stands nowhere else.
_FINDING_CONFLICT = "says a finding and stands elsewhere too"


def build_narrative(folder: ContentFolder, files: NarrativeFiles, findings: Mapping[str, FindingTable]) -> Lexicon:
    """The narrative content; every fault is noted in `folder`, each with file and key."""
    gathering = _EntryCollector(folder)
    _add_words(gathering, files.words)
    _add_cues(gathering, files.cues)
    _add_findings(gathering, files, findings)
    _check_names(folder, files, findings)
    words = files.words
    return Lexicon(
        entries=MappingProxyType(gathering.entries),
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
    )


class _EntryCollector:
    """Entries as they come together; what stands in several lists has all their meanings."""

    def __init__(self, folder: ContentFolder) -> None:
        self.folder = folder
        self.entries: dict[str, LexiconEntry] = {}

    def add(self, file: str, key: str, phrases: Iterable[str], entry: LexiconEntry) -> None:
        """Let phrases mean `more` too."""
        for phrase in phrases:
            name = normalize_phrase(phrase)
            known = self.entries.get(name)
            if not name:
                self.folder.add_problem(file, key, f"{phrase!r} holds no word")
            elif known and (known.saying or entry.saying):
                self.folder.add_problem(file, key, f"{phrase!r} {_FINDING_CONFLICT}")
            else:
                self.entries[name] = _merge_entries(
                    known or _EMPTY_ENTRY, replace(entry, written=_case_sensitive_words(phrase, entry))
                )


def _case_sensitive_words(phrase: str, entry: LexiconEntry) -> tuple[str, ...] | None:
    return tuple(phrase.replace("/", " / ").split()) if entry.written is not None else None


def _merge_entries(known: LexiconEntry, added: LexiconEntry) -> LexiconEntry:
    return LexiconEntry(
        saying=known.saying or added.saying,
        cues=known.cues + added.cues,
        marks=known.marks | added.marks,
        side=known.side or added.side,
        results={**known.results, **added.results},
        qualifiers={**known.qualifiers, **added.qualifiers},
        written=added.written,
    )


def _pair_with_values(present: list[str], absent: list[str]) -> tuple[tuple[FindingValue, list[str]], ...]:
    return (FindingValue.PRESENT, present), (FindingValue.ABSENT, absent)


def _add_words(collector: _EntryCollector, words: WordsFile) -> None:
    marked = {
        Mark.PAIN: ("pain", words.pain),
        Mark.RUN: ("run.words", words.run.words),
        Mark.RUN_BY_ITSELF: ("run.by_itself", words.run.by_itself),
        Mark.LINK: ("links.words", [*words.links.words, *words.links.motion]),
        Mark.MOTION: ("links.motion", words.links.motion),
        Mark.LIST: ("lists.words", words.lists.words),
        Mark.JOINED: ("lists.joined", words.lists.joined),
        Mark.ELSEWHERE: ("elsewhere", words.elsewhere.words),
    }
    for mark, (key, listed) in marked.items():
        collector.add(NARRATIVE_WORDS, key, listed, LexiconEntry(marks=frozenset({mark})))
    for side in SIDE_NAMES:
        collector.add(NARRATIVE_WORDS, f"sides.{side}", getattr(words.sides, side), LexiconEntry(side=Side(side)))
    collector.add(NARRATIVE_WORDS, "sides.none", words.sides.none, _EMPTY_ENTRY)
    for name, table in words.results.items():
        for value, listed in _pair_with_values(table.present, table.absent):
            collector.add(
                NARRATIVE_WORDS, f"results.{name}.{value.value}", listed, LexiconEntry(results={str(name): value})
            )
    for qualifier, values in words.qualifiers.items():
        for said, listed in values.items():
            collector.add(
                NARRATIVE_WORDS,
                f"qualifiers.{qualifier}.{said}",
                listed,
                LexiconEntry(qualifiers={str(qualifier): str(said)}),
            )


def _add_cues(collector: _EntryCollector, cues: CuesFile) -> None:
    for change in CueEffect:
        table = getattr(cues, change.value)
        collector.add(NARRATIVE_CUES, f"{change.value}.before", table.before, LexiconEntry(cues=(Cue(change, True),)))
        collector.add(
            NARRATIVE_CUES, f"{change.value}.listing", table.listing, LexiconEntry(cues=(Cue(change, True, True),))
        )
        collector.add(NARRATIVE_CUES, f"{change.value}.behind", table.behind, LexiconEntry(cues=(Cue(change, False),)))
        closing = LexiconEntry(cues=(Cue(change, False, is_closing=True),))
        collector.add(NARRATIVE_CUES, f"{change.value}.closing", table.closing, closing)
        both = LexiconEntry(cues=(Cue(change, True, is_between=True), Cue(change, False, is_between=True)))
        collector.add(NARRATIVE_CUES, f"{change.value}.between", table.between, both)
    collector.add(NARRATIVE_CUES, "stop.words", cues.stop.words, LexiconEntry(marks=frozenset({Mark.STOP})))
    collector.add(NARRATIVE_CUES, "stop.family", cues.stop.family, LexiconEntry(marks=frozenset({Mark.STOP_FAMILY})))
    collector.add(NARRATIVE_CUES, "pseudo", cues.pseudo.words, LexiconEntry(marks=frozenset({Mark.LINK})))


def _add_findings(collector: _EntryCollector, files: NarrativeFiles, findings: Mapping[str, FindingTable]) -> None:
    for name, table in files.findings.items():
        _add_table(
            collector,
            NARRATIVE_FINDINGS,
            name,
            table,
            PhraseMeaning((name,), (name,), is_pain=_is_pain_finding(name, table, findings)),
        )
    for name, place in files.places.items():
        saying = PhraseMeaning(
            tuple(place.records), tuple(place.denies), is_pain=bool(place.sites), is_asked=place.asked
        )
        _add_table(collector, NARRATIVE_PLACES, name, place, saying)


def _is_pain_finding(name: str, table: PhrasesTable, findings: Mapping[str, FindingTable]) -> bool:
    """What has places of pain is a pain, as is every symptom that a body site stands for."""
    return bool(table.sites) or (name in findings and bool(findings[name].sites))


def _add_table(collector: _EntryCollector, file: str, name: str, table: PhrasesTable, saying: PhraseMeaning) -> None:
    past = str(table.past) if table.past else None
    takes = str(table.takes) if table.takes else None
    base = replace(saying, past=past, takes=takes, is_advised=table.advised)
    collector.add(file, name, table.phrases, LexiconEntry(saying=base))
    collector.add(file, name, table.cased, LexiconEntry(saying=base, written=()))
    collector.add(file, name, table.sites, LexiconEntry(saying=replace(base, is_site=True)))
    collector.add(file, name, table.tests, LexiconEntry(saying=replace(base, results=str(table.results))))
    collector.add(file, name, table.denials, LexiconEntry(saying=replace(base, is_denial=True)))


def _check_names(folder: ContentFolder, files: NarrativeFiles, findings: Mapping[str, FindingTable]) -> None:
    """Every finding has its words, and every name is known."""
    for name in findings:
        if name not in files.findings:
            folder.add_problem(NARRATIVE_FINDINGS, name, "has no words: every finding of the vocabulary needs a table")
    for file, tables in ((NARRATIVE_FINDINGS, files.findings), (NARRATIVE_PLACES, files.places)):
        for name, table in tables.items():
            named = [*table.records, *table.denies] if isinstance(table, PlaceTable) else [name]
            for one in [*named, *([table.past] if table.past else [])]:
                if one not in findings:
                    folder.add_problem(file, name, f"no finding is called {one}{did_you_mean(one, findings)}")
            _check_table(folder, file, name, table, files.words)
    for qualifier, values in files.words.qualifiers.items():
        for said in values:
            if said not in QUALIFIER_VALUES[qualifier]:
                folder.add_problem(NARRATIVE_WORDS, f"qualifiers.{qualifier}", f"{said} is no value of {qualifier}")


def _check_table(folder: ContentFolder, file: str, name: str, table: PhrasesTable, words: WordsFile) -> None:
    if not (table.phrases or table.cased or table.sites or table.tests or table.denials):
        folder.add_problem(file, name, "has no words")
    if bool(table.tests) is not bool(table.results):
        folder.add_problem(file, name, "tests and results belong together")
    if table.results and table.results not in words.results:
        folder.add_problem(
            file, name, f"no results are called {table.results}{did_you_mean(table.results, words.results)}"
        )
    if table.takes and table.takes not in words.qualifiers:
        folder.add_problem(file, name, f"no words are given for the qualifier {table.takes}")
