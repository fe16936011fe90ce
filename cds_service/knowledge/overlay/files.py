"""The loader of a site's folder. It refuses unknown files, because they would silently do nothing."""

from dataclasses import dataclass
from pathlib import Path

from cds_service.errors import ContentError, Problem
from cds_service.knowledge.content_folder import ContentFolder, M, did_you_mean
from cds_service.knowledge.edition import NON_CONTENT_FILES, is_hidden
from cds_service.knowledge.schema.overlay import SiteCodesFile, SiteFile, SiteLinksFile, SiteNumbersFile, SiteRulesFile

SITE_FILE = "site.toml"
CODES_FILE = "codes.toml"
RULES_FILE = "rules.toml"
NUMBERS_FILE = "numbers.toml"
LINKS_FILE = "links.toml"
_KNOWN_FILES = frozenset({SITE_FILE, CODES_FILE, RULES_FILE, NUMBERS_FILE, LINKS_FILE}) | NON_CONTENT_FILES


@dataclass(frozen=True, slots=True)
class Overlay:
    """A site's files; a missing file changes nothing."""

    about: SiteFile
    codes: SiteCodesFile
    rules: SiteRulesFile
    numbers: SiteNumbersFile
    links: SiteLinksFile


def open_overlay_folder(root: Path) -> ContentFolder:
    """Open the folder of an overlay; its problems name files as `site/...`.

    Raises:
        ContentError: when there is no such folder.
    """
    if not root.is_dir():
        raise ContentError([Problem(str(root), "", "is not a folder")])
    return ContentFolder(root, "site/")


def load_overlay(folder: ContentFolder) -> Overlay:
    """Load the overlay in `folder`.

    Raises:
        ContentError: with every file or value that is invalid.
    """
    for name in folder.list_files("**/*"):
        if name not in _KNOWN_FILES and not is_hidden(name):
            folder.add_problem(name, "", f"is not a file of an overlay{did_you_mean(name, _KNOWN_FILES)}")
    about = folder.load_file(SITE_FILE, SiteFile)
    codes = _load_optional_file(folder, CODES_FILE, SiteCodesFile)
    rules = _load_optional_file(folder, RULES_FILE, SiteRulesFile)
    numbers = _load_optional_file(folder, NUMBERS_FILE, SiteNumbersFile)
    links = _load_optional_file(folder, LINKS_FILE, SiteLinksFile)
    folder.raise_problems()
    assert about is not None  # noqa: S101 - without problems the file is valid
    return Overlay(about, codes, rules, numbers, links)


def _load_optional_file(folder: ContentFolder, name: str, model: type[M]) -> M:
    file = folder.load_file(name, model) if (folder.root / name).exists() else None
    return file or model()
