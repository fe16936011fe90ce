"""Build the frames' words and what they record."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from cds_service.knowledge.content_folder import did_you_mean
from cds_service.knowledge.entry_collector import EntryCollector
from cds_service.knowledge.files import NARRATIVE_FRAMES, NarrativeFiles
from cds_service.knowledge.inflection import inflect
from cds_service.knowledge.levels import spell_levels
from cds_service.knowledge.meanings import build_meaning
from cds_service.knowledge.schema.narrative import FrameFile
from cds_service.knowledge.schema.terminology import FindingTable
from cds_service.narrative.frames import sites
from cds_service.narrative.frames.all_frames import FRAME_NAMES, KINDS
from cds_service.narrative.frames.function import FunctionFrame
from cds_service.narrative.frames.place_table import UNSAID
from cds_service.narrative.words.lexicon import FrameTable, LexiconEntry, Mark, PhraseMeaning
from cds_service.narrative.words.tokenizer import normalize_phrase

SHARED_WORDS = frozenset({"anatomy", "results"})  # the files of words that several frames read
_INCONTINENCE = frozenset({"urinary-incontinence", "bowel-incontinence"})  # "incontinence of urine and stool"
_WHERE = frozenset({sites.REGION, sites.ASPECT})
_SMALL = frozenset(
    {"aspect", "side", "is", "are", "was", "were", "has", "have", "been", "of", "the", "any", "in", "to"}
)
_MARKS: Final[Mapping[tuple[str, str], frozenset[Mark]]] = {  # what words of pain are to the rest of the reader
    (sites.QUALITY, "pain"): frozenset({Mark.PAIN}),
    (sites.QUALITY, "tender"): frozenset({Mark.PAIN}),
    (sites.RUN, "radiate"): frozenset({Mark.RUN_BY_ITSELF}),
    (sites.RUN, "move"): frozenset({Mark.RUN}),
    (sites.RUN, "point"): frozenset({Mark.RUN, Mark.STOP}),
    (sites.RUN, "way"): frozenset({Mark.RUN}),
}


def build_frames(
    collector: EntryCollector, files: NarrativeFiles, findings: Mapping[str, FindingTable]
) -> Mapping[str, FrameTable]:
    """Add the words of all frames to the lexicon, and return what each frame records."""
    tables: dict[str, FrameTable] = {}
    for file, frame in files.frames.items():
        name = file.rpartition("/")[2].removesuffix(".toml")
        if name not in FRAME_NAMES and name not in SHARED_WORDS:
            collector.folder.add_problem(file, "", f"no frame is called {name}{did_you_mean(name, FRAME_NAMES)}")
        tables[name] = _table(collector, file, frame, files, findings)
    tables[sites.NAME] = _sites_of_pain(tables.get(sites.NAME, {}))
    for file, frame in files.frames.items():
        _add_words(collector, file, frame, tables[sites.NAME])
        _add_sites(collector, file, frame, files)
    _inherit(collector)
    missing = FRAME_NAMES - tables.keys()
    for name in sorted(missing):
        collector.folder.add_problem(NARRATIVE_FRAMES.replace("*", name), "", "is missing")
    return MappingProxyType(tables)


def _sites_of_pain(table: FrameTable) -> FrameTable:
    """Return what is recorded of the regions that hurt, as places of pain."""
    return MappingProxyType(
        {
            region: MappingProxyType(
                {aspect: replace(one, is_pain=True, is_site=True) for aspect, one in found.items()}
            )
            for region, found in table.items()
        }
    )


def _add_words(collector: EntryCollector, file: str, frame: FrameFile, sites_of_pain: FrameTable) -> None:
    for key, kinds, forms in (("words", frame.words, _every_form), ("fixed", frame.fixed, _as_it_is)):
        for kind, concepts in kinds.items():
            if kind not in KINDS:
                collector.folder.add_problem(file, f"{key}.{kind}", f"no frame reads it{did_you_mean(kind, KINDS)}")
            for concept, words in concepts.items():
                entry = _entry(str(kind), str(concept), sites_of_pain)
                at = f"{key}.{kind}.{concept}"
                collector.add(file, at, forms(word for word in words if word == word.lower()), entry)
                cased = [word for word in words if word != word.lower()]
                collector.add_cased(file, at, cased, entry)
    for kind, named in frame.levels.items():
        for concept, levels in named.items():
            entry = LexiconEntry(concepts=MappingProxyType({str(kind): str(concept)}))
            collector.add(file, f"levels.{kind}.{concept}", spell_levels(levels), entry)


def _inherit(collector: EntryCollector) -> None:
    """Let "is reduced" name what "reduced" names, and another frame's "cannot feel" what both its words name here."""
    naming = _SMALL.union(phrase for phrase, entry in collector.entries.items() if entry.concepts)
    for phrase, entry in collector.entries.items():
        verb, _, rest = phrase.partition(" ")
        is_verb = verb in _SMALL and rest in collector.entries
        if not rest or not (is_verb or (verb in naming and naming.issuperset(phrase.split(" ")))):
            continue  # as nearly all
        if Mark.AGAIN in entry.marks or (entry.saying is not None and not _may_inherit(entry.saying)):
            continue  # "is back" names no back
        words = [rest] if is_verb else [word for word in phrase.split(" ") if word not in _SMALL]
        if named := _list_concepts(collector, words):
            kept = {kind: name for one in named for kind, name in one.items()}
            inherited = {kind: name for kind, name in kept.items() if is_verb or kind in FunctionFrame.kinds}
            if kept.keys() >= _WHERE:  # "outer shin"
                inherited |= {kind: kept[kind] for kind in _WHERE}
            if inherited.keys() - entry.concepts.keys():
                merged = MappingProxyType({**inherited, **entry.concepts})
                collector.entries[phrase] = entry._replace(concepts=merged)


def _list_concepts(collector: EntryCollector, words: Iterable[str]) -> list[Mapping[str, str]]:
    """Return what each word names; nothing if any of them names nothing."""
    named = []
    for word in words:
        known = collector.entries.get(word)
        if known is None or not known.concepts:
            return []
        named.append(known.concepts)
    return named


def _entry(kind: str, concept: str, sites_of_pain: FrameTable) -> LexiconEntry:
    saying = sites_of_pain.get(concept, {}).get(sites.WHOLE) if kind == sites.REGION else None
    marks = _MARKS.get((kind, concept), frozenset())
    return LexiconEntry(saying=saying, marks=marks, concepts=MappingProxyType({kind: concept}))


def _may_inherit(saying: PhraseMeaning) -> bool:
    """Return whether a phrase may be read by its words too: a denial, and what the frame of function reads."""
    return saying.is_denial or set(saying.records) <= _INCONTINENCE


def _add_sites(collector: EntryCollector, file: str, frame: FrameFile, files: NarrativeFiles) -> None:
    """Let the words of places of pain name a concept of another kind too."""
    places: dict[str, list[str]] = {}
    for one in files.frames.values():
        for site, words in one.words.get(sites.REGION, {}).items():
            places.setdefault(str(site), []).extend(word for word in words if word == word.lower())
    for kind, concepts in frame.sites.items():
        for concept, names in concepts.items():
            entry = LexiconEntry(concepts=MappingProxyType({str(kind): str(concept)}))
            for name in names:
                if name not in places:
                    collector.folder.add_problem(
                        file, f"sites.{kind}", f"no site is called {name}{did_you_mean(name, places)}"
                    )
                collector.add(file, f"sites.{kind}.{concept}", _every_form(places.get(name, ())), entry)


def _every_form(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(form for word in words for form in sorted(inflect(normalize_phrase(word)))))


def _as_it_is(words: Iterable[str]) -> list[str]:
    return list(words)


def _table(
    collector: EntryCollector,
    file: str,
    frame: FrameFile,
    files: NarrativeFiles,
    findings: Mapping[str, FindingTable],
) -> FrameTable:
    """Return what a frame records, by the concepts of its head and of a slot."""
    kinds = (named for one in files.frames.values() for named in (*one.words.values(), *one.fixed.values()))
    concepts = {str(concept) for named in kinds for concept in named}

    def meaning(name: str, key: str) -> PhraseMeaning | None:
        if name in findings or name in files.places:
            return build_meaning(name, files, findings)
        collector.folder.add_problem(file, key, f"no finding is called {name}{did_you_mean(name, files.findings)}")
        return None

    table: dict[str, Mapping[str, PhraseMeaning]] = {}
    for head, recorded in frame.reads.items():
        slots = {"": recorded} if isinstance(recorded, str) else recorded
        for concept in {head, *slots} - concepts - {"", UNSAID}:
            known = did_you_mean(concept, concepts)
            collector.folder.add_problem(file, f"reads.{head}", f"no word is a {concept}{known}")
        found = {str(slot): meaning(name, f"reads.{head}") for slot, name in slots.items()}
        table[str(head)] = MappingProxyType({slot: one for slot, one in found.items() if one})
    return MappingProxyType(table)
