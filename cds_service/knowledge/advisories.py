"""The safety notices that the content in use is listed in.

The notices come with the code, not with the content: content of an older version, or a site's copy of it, cannot know
what was found later.
"""

import hashlib
from pathlib import Path

from cds_service.errors import Problem
from cds_service.knowledge.content_folder import ContentFolder
from cds_service.knowledge.edition import load_edition
from cds_service.knowledge.overlay.files import SITE_FILE
from cds_service.knowledge.schema.advisories import AdvisoriesFile, AdvisoryRow, version_key
from cds_service.knowledge.schema.overlay import SiteFile
from cds_service.model.advisories import Advisory
from cds_service.model.edition import Edition

ADVISORIES_FILE = "advisories.toml"


def load_advisories() -> tuple[AdvisoryRow, ...]:
    """Load the notices that come with this code.

    Raises:
        ContentError: when the file is invalid.
    """
    folder = ContentFolder(Path(__file__).resolve().parent)
    file = folder.load_file(ADVISORIES_FILE, AdvisoriesFile)
    folder.raise_problems()
    assert file is not None  # noqa: S101 - without problems the file is valid
    return tuple(file.advisory)


def find_advisories(
    rows: tuple[AdvisoryRow, ...], root: Path, edition: Edition, overlay_for: str | None = None
) -> tuple[Advisory, ...]:
    """Return the notices that list the content at `root`, or the version that its overlay was written for."""
    reasons = ((row, _find_reason(row, root, edition, overlay_for)) for row in rows)
    return tuple(build_advisory(row, reason) for row, reason in reasons if reason)


def list_advisory_problems(root: Path, site: Path | None) -> list[Problem]:
    """List as problems the notices on content that was refused, or on what its overlay was written for.

    Content of an older version may lack files that this code requires. That it is listed has to be told all the same.
    """
    edition = load_edition(ContentFolder(root))
    about = ContentFolder(site).load_file(SITE_FILE, SiteFile) if site else None
    if edition is None:
        return []
    listed = find_advisories(load_advisories(), root, edition, about.for_content if about else None)
    return [Problem("manifest.toml", "version", f"{advisory.statement} See ADVISORIES.md.") for advisory in listed]


def build_advisory(row: AdvisoryRow, reason: str = "") -> Advisory:
    """Build the notice as a value."""
    return Advisory(
        id=row.id,
        date=row.date,
        severity=row.severity,
        title=row.title,
        first=row.first,
        fixed_in=row.fixed_in,
        wrong=tuple(row.wrong),
        charts=tuple(row.charts),
        actions=tuple(row.actions),
        reason=reason,
    )


def _find_reason(row: AdvisoryRow, root: Path, edition: Edition, overlay_for: str | None) -> str:
    if _is_affected(row, edition.version):
        return f"This content is version {edition.version}."
    for version, digest in row.digests.items():
        if digest == edition.digest:
            return f"This content has the digest of version {version}."
    for name, digest in row.files.items():
        path = root / name
        if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest:
            return f"This content holds {name} unchanged from version {row.first}."
    if overlay_for is not None and _is_affected(row, overlay_for):
        return f"The site's overlay was written for content {overlay_for}."
    return ""


def _is_affected(row: AdvisoryRow, version: str) -> bool:
    return version_key(row.first) <= version_key(version) < version_key(row.fixed_in)
