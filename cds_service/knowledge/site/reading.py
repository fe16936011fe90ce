"""Reads a site's folder into its shapes. A file it does not know is refused: it would silently do nothing."""

from dataclasses import dataclass
from pathlib import Path

from cds_service.errors import ContentError, Problem
from cds_service.knowledge.edition import NOT_CONTENT, is_hidden
from cds_service.knowledge.folder import Folder, M, nearest
from cds_service.knowledge.schema.site import SiteCodesFile, SiteFile, SiteLinksFile, SiteNumbersFile, SiteRulesFile

SITE, CODES, RULES, NUMBERS, LINKS = "site.toml", "codes.toml", "rules.toml", "numbers.toml", "links.toml"
_KNOWN = frozenset({SITE, CODES, RULES, NUMBERS, LINKS}) | NOT_CONTENT


@dataclass(frozen=True, slots=True)
class Overlay:
    """A site's files in their shapes; one that is not there says nothing."""

    about: SiteFile
    codes: SiteCodesFile
    rules: SiteRulesFile
    numbers: SiteNumbersFile
    links: SiteLinksFile


def site_folder(root: Path) -> Folder:
    """The folder of an overlay; its problems are told as `site/...`.

    Raises:
        ContentError: when there is no such folder.
    """
    if not root.is_dir():
        raise ContentError([Problem(str(root), "", "is not a folder")])
    return Folder(root, "site/")


def read_overlay(folder: Folder) -> Overlay:
    """The overlay in `folder`.

    Raises:
        ContentError: with every problem of its shape.
    """
    for name in folder.names("**/*"):
        if name not in _KNOWN and not is_hidden(name):
            folder.refuse(name, "", f"belongs to no overlay{nearest(name, _KNOWN)}")
    about = folder.file(SITE, SiteFile)
    codes, rules = _optional(folder, CODES, SiteCodesFile), _optional(folder, RULES, SiteRulesFile)
    numbers, links = _optional(folder, NUMBERS, SiteNumbersFile), _optional(folder, LINKS, SiteLinksFile)
    folder.stop_on_problems()
    assert about is not None  # noqa: S101 - no problems means the file has its shape
    return Overlay(about, codes, rules, numbers, links)


def _optional(folder: Folder, name: str, model: type[M]) -> M:
    found = folder.file(name, model) if (folder.root / name).exists() else None
    return found or model()
