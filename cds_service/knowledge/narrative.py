"""Builds what the words of a chart mean from the narrative files; refuses phrases that say two things."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from cds_service.knowledge.folder import Folder, nearest
from cds_service.knowledge.schema.narrative import SIDE_NAMES, CuesFile, PhrasesTable, PlaceTable, WordsFile
from cds_service.knowledge.schema.terms import QUALIFIER_VALUES, FindingTable
from cds_service.logic.facts import Value
from cds_service.logic.narrative import Change, Cue, Entry, Mark, Narrative, Saying
from cds_service.logic.sides import Side
from cds_service.logic.spelling import normal

FINDINGS, PLACES, CUES, WORDS = (
    f"narrative/{name}" for name in ("findings/*.toml", "places.toml", "cues.toml", "words.toml")
)
_NOTHING = Entry()
# A phrase of three kinds may stand in several lists of them; one that says a finding stands nowhere else.
_ALONE = "says a finding and stands elsewhere too"


@dataclass(frozen=True)
class NarrativeFiles:
    """The narrative files in their shapes."""

    findings: Mapping[str, PhrasesTable]
    places: Mapping[str, PlaceTable]
    cues: CuesFile
    words: WordsFile


def build_narrative(folder: Folder, files: NarrativeFiles, findings: Mapping[str, FindingTable]) -> Narrative:
    """The narrative content; every fault is noted in `folder`, each with file and key."""
    gathering = _Gathering(folder)
    _add_words(gathering, files.words)
    _add_cues(gathering, files.cues)
    _add_findings(gathering, files, findings)
    _check_names(folder, files, findings)
    words = files.words
    return Narrative(
        entries=MappingProxyType(gathering.entries),
        abbreviations=frozenset(words.abbreviations.words),
        answers=MappingProxyType(
            {
                normal(word): value
                for value, listed in _valued(words.answers.present, words.answers.absent)
                for word in listed
            }
        ),
        reach=words.reach,
        longest_text=words.longest_text,
    )


class _Gathering:
    """Entries as they come together; what stands in several lists has all their meanings."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.entries: dict[str, Entry] = {}

    def add(self, file: str, key: str, phrases: Iterable[str], more: Entry) -> None:
        """Let phrases mean `more` too."""
        for phrase in phrases:
            name = normal(phrase)
            known = self.entries.get(name)
            if not name:
                self.folder.refuse(file, key, f"{phrase!r} holds no word")
            elif known and (known.saying or more.saying):
                self.folder.refuse(file, key, f"{phrase!r} {_ALONE}")
            else:
                self.entries[name] = _merged(known or _NOTHING, replace(more, written=_written(phrase, more)))


def _written(phrase: str, entry: Entry) -> tuple[str, ...] | None:
    return tuple(phrase.replace("/", " / ").split()) if entry.written is not None else None


def _merged(known: Entry, more: Entry) -> Entry:
    return Entry(
        saying=known.saying or more.saying,
        cues=known.cues + more.cues,
        marks=known.marks | more.marks,
        side=known.side or more.side,
        results={**known.results, **more.results},
        qualifiers={**known.qualifiers, **more.qualifiers},
        written=more.written,
    )


def _valued(present: list[str], absent: list[str]) -> tuple[tuple[Value, list[str]], ...]:
    return (Value.PRESENT, present), (Value.ABSENT, absent)


def _add_words(gathering: _Gathering, words: WordsFile) -> None:
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
        gathering.add(WORDS, key, listed, Entry(marks=frozenset({mark})))
    for side in SIDE_NAMES:
        gathering.add(WORDS, f"sides.{side}", getattr(words.sides, side), Entry(side=Side(side)))
    gathering.add(WORDS, "sides.none", words.sides.none, _NOTHING)
    for name, table in words.results.items():
        for value, listed in _valued(table.present, table.absent):
            gathering.add(WORDS, f"results.{name}.{value.value}", listed, Entry(results={str(name): value}))
    for qualifier, values in words.qualifiers.items():
        for said, listed in values.items():
            gathering.add(
                WORDS, f"qualifiers.{qualifier}.{said}", listed, Entry(qualifiers={str(qualifier): str(said)})
            )


def _add_cues(gathering: _Gathering, cues: CuesFile) -> None:
    for change in Change:
        table = getattr(cues, change.value)
        gathering.add(CUES, f"{change.value}.before", table.before, Entry(cues=(Cue(change, True),)))
        gathering.add(CUES, f"{change.value}.listing", table.listing, Entry(cues=(Cue(change, True, True),)))
        gathering.add(CUES, f"{change.value}.behind", table.behind, Entry(cues=(Cue(change, False),)))
        closing = Entry(cues=(Cue(change, False, is_closing=True),))
        gathering.add(CUES, f"{change.value}.closing", table.closing, closing)
        both = Entry(cues=(Cue(change, True, is_between=True), Cue(change, False, is_between=True)))
        gathering.add(CUES, f"{change.value}.between", table.between, both)
    gathering.add(CUES, "stop.words", cues.stop.words, Entry(marks=frozenset({Mark.STOP})))
    gathering.add(CUES, "stop.family", cues.stop.family, Entry(marks=frozenset({Mark.STOP_FAMILY})))
    gathering.add(CUES, "pseudo", cues.pseudo.words, Entry(marks=frozenset({Mark.LINK})))


def _add_findings(gathering: _Gathering, files: NarrativeFiles, findings: Mapping[str, FindingTable]) -> None:
    for name, table in files.findings.items():
        _add_table(gathering, FINDINGS, name, table, Saying((name,), (name,), is_pain=_is_pain(name, table, findings)))
    for name, place in files.places.items():
        saying = Saying(tuple(place.records), tuple(place.denies), is_pain=bool(place.sites), is_asked=place.asked)
        _add_table(gathering, PLACES, name, place, saying)


def _is_pain(name: str, table: PhrasesTable, findings: Mapping[str, FindingTable]) -> bool:
    """What has places of pain is a pain, as is every symptom that a body site stands for."""
    return bool(table.sites) or (name in findings and bool(findings[name].sites))


def _add_table(gathering: _Gathering, file: str, name: str, table: PhrasesTable, saying: Saying) -> None:
    past = str(table.past) if table.past else None
    takes = str(table.takes) if table.takes else None
    base = replace(saying, past=past, takes=takes, is_advised=table.advised)
    gathering.add(file, name, table.phrases, Entry(saying=base))
    gathering.add(file, name, table.cased, Entry(saying=base, written=()))
    gathering.add(file, name, table.sites, Entry(saying=replace(base, is_site=True)))
    gathering.add(file, name, table.tests, Entry(saying=replace(base, results=str(table.results))))
    gathering.add(file, name, table.denials, Entry(saying=replace(base, is_denial=True)))


def _check_names(folder: Folder, files: NarrativeFiles, findings: Mapping[str, FindingTable]) -> None:
    """Every finding has its words, and every name is known."""
    for name in findings:
        if name not in files.findings:
            folder.refuse(FINDINGS, name, "has no words: every finding of the vocabulary needs a table")
    for file, tables in ((FINDINGS, files.findings), (PLACES, files.places)):
        for name, table in tables.items():
            named = [*table.records, *table.denies] if isinstance(table, PlaceTable) else [name]
            for one in [*named, *([table.past] if table.past else [])]:
                if one not in findings:
                    folder.refuse(file, name, f"no finding is called {one}{nearest(one, findings)}")
            _check_table(folder, file, name, table, files.words)
    for qualifier, values in files.words.qualifiers.items():
        for said in values:
            if said not in QUALIFIER_VALUES[qualifier]:
                folder.refuse(WORDS, f"qualifiers.{qualifier}", f"{said} is no value of {qualifier}")


def _check_table(folder: Folder, file: str, name: str, table: PhrasesTable, words: WordsFile) -> None:
    if not (table.phrases or table.cased or table.sites or table.tests or table.denials):
        folder.refuse(file, name, "has no words")
    if bool(table.tests) is not bool(table.results):
        folder.refuse(file, name, "tests and results belong together")
    if table.results and table.results not in words.results:
        folder.refuse(file, name, f"no results are called {table.results}{nearest(table.results, words.results)}")
    if table.takes and table.takes not in words.qualifiers:
        folder.refuse(file, name, f"no words are given for the qualifier {table.takes}")
