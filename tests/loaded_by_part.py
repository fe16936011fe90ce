"""Read a content file, and build the lexicon, once for the same text: most tests change one file of the content.

What could not be read, or noted a problem, is read again. Nothing of this changes what it is given.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import pytest

import cds_service.knowledge.loader
from cds_service.knowledge.content_folder import ContentFolder
from cds_service.knowledge.files import NarrativeFiles
from cds_service.knowledge.schema.terminology import FindingTable
from cds_service.narrative.words.lexicon import Lexicon

BuildNarrative = Callable[[ContentFolder, NarrativeFiles, Mapping[str, FindingTable]], Lexicon]
KEPT = 8  # lexicons: a content of 3 MB each


def load_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every loading of content share the parts that are the same."""
    monkeypatch.setattr(ContentFolder, "load_file", _read_once(ContentFolder.load_file, lambda _, name: [name]))
    monkeypatch.setattr(ContentFolder, "load_tables", _read_once(ContentFolder.load_tables, ContentFolder.list_files))
    loader = cds_service.knowledge.loader
    monkeypatch.setattr(loader, "build_narrative", _build_once(loader.build_narrative))


def _read_once(
    read: Callable[[ContentFolder, str, Any], Any], list_files: Callable[[ContentFolder, str], list[str]]
) -> Callable[[ContentFolder, str, Any], Any]:
    """Wrap a reader so that it runs once for the same bytes of its files, by their names."""
    known: dict[tuple[object, ...], Any] = {}

    @wraps(read)
    def read_once(folder: ContentFolder, name: str, model: Any) -> Any:
        try:
            files = tuple((file, (folder.root / file).read_bytes()) for file in list_files(folder, name))
        except OSError:
            return read(folder, name, model)
        key = (model, files)
        if key in known:
            return known[key].copy() if isinstance(known[key], dict) else known[key]
        count = len(folder.problems)
        result = read(folder, name, model)
        if len(folder.problems) == count:
            known[key] = result.copy() if isinstance(result, dict) else result
        return result

    return read_once


def _build_once(build: BuildNarrative) -> BuildNarrative:
    """Wrap the builder of the lexicon so that it runs once for equal files and findings."""
    known: list[tuple[NarrativeFiles, Mapping[str, FindingTable], Lexicon]] = []

    @wraps(build)
    def build_once(folder: ContentFolder, files: NarrativeFiles, findings: Mapping[str, FindingTable]) -> Lexicon:
        for known_files, known_findings, lexicon in known:
            if known_files == files and known_findings == findings:
                return lexicon
        count = len(folder.problems)
        lexicon = build(folder, files, findings)
        if len(folder.problems) == count:
            known.insert(1, (files, findings, lexicon))  # the first is the shipped content's, most often
            del known[KEPT:]
        return lexicon

    return build_once
