"""Build the frames' words and what they record."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from cds_service.knowledge.content_folder import did_you_mean
from cds_service.knowledge.entry_collector import EntryCollector
from cds_service.knowledge.files import NARRATIVE_FRAMES, NarrativeFiles
from cds_service.knowledge.inflection import inflect
from cds_service.knowledge.meanings import build_meaning
from cds_service.knowledge.schema.narrative import FrameFile
from cds_service.knowledge.schema.terminology import FindingTable
from cds_service.narrative.frames.all_frames import FRAME_NAMES, KINDS
from cds_service.narrative.lexicon import FrameTable, LexiconEntry, PhraseMeaning
from cds_service.narrative.tokenizer import normalize_phrase

SHARED_WORDS = "anatomy"  # the file of words that several frames read


def build_frames(
    collector: EntryCollector, files: NarrativeFiles, findings: Mapping[str, FindingTable]
) -> Mapping[str, FrameTable]:
    """Add the words of all frames to the lexicon, and return what each frame records."""
    tables: dict[str, FrameTable] = {}
    for file, frame in files.frames.items():
        name = file.rpartition("/")[2].removesuffix(".toml")
        if name not in FRAME_NAMES and name != SHARED_WORDS:
            collector.folder.add_problem(file, "", f"no frame is called {name}{did_you_mean(name, FRAME_NAMES)}")
        _add_words(collector, file, frame)
        tables[name] = _table(collector, file, frame, files, findings)
    missing = FRAME_NAMES - tables.keys()
    for name in sorted(missing):
        collector.folder.add_problem(NARRATIVE_FRAMES.replace("*", name), "", "is missing")
    return MappingProxyType(tables)


def _add_words(collector: EntryCollector, file: str, frame: FrameFile) -> None:
    for kind, concepts in frame.words.items():
        if kind not in KINDS:
            collector.folder.add_problem(file, f"words.{kind}", f"no frame reads it{did_you_mean(kind, KINDS)}")
        for concept, words in concepts.items():
            entry = LexiconEntry(concepts=MappingProxyType({str(kind): str(concept)}))
            key = f"words.{kind}.{concept}"
            collector.add(file, key, _every_form(word for word in words if word.islower()), entry)
            cased = [word for word in words if not word.islower()]
            collector.add_cased(file, key, cased, entry)


def _every_form(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(form for word in words for form in sorted(inflect(normalize_phrase(word)))))


def _table(
    collector: EntryCollector,
    file: str,
    frame: FrameFile,
    files: NarrativeFiles,
    findings: Mapping[str, FindingTable],
) -> FrameTable:
    """Return what a frame records, by the concepts of its head and of a slot."""
    concepts = {str(concept) for one in files.frames.values() for named in one.words.values() for concept in named}

    def meaning(name: str, key: str) -> PhraseMeaning | None:
        if name in files.findings or name in files.places:
            return build_meaning(name, files, findings)
        collector.folder.add_problem(file, key, f"no finding is called {name}{did_you_mean(name, files.findings)}")
        return None

    table: dict[str, Mapping[str, PhraseMeaning]] = {}
    for head, recorded in frame.reads.items():
        slots = {"": recorded} if isinstance(recorded, str) else recorded
        for concept in {head, *slots} - concepts - {""}:
            known = did_you_mean(concept, concepts)
            collector.folder.add_problem(file, f"reads.{head}", f"no word is a {concept}{known}")
        found = {str(slot): meaning(name, f"reads.{head}") for slot, name in slots.items()}
        table[str(head)] = MappingProxyType({slot: one for slot, one in found.items() if one})
    return MappingProxyType(table)
