"""The content's edition: version, digest and sign-off. A sign-off names a digest, so any edit invalidates it."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from cds_service.knowledge.content_folder import ContentFolder
from cds_service.knowledge.schema.edition import ManifestFile, SignOffFile
from cds_service.model.edition import Edition, SiteEdition

SIGN_OFF_FILE = "sign-off.toml"
# Files that may change without changing what the service says.
NON_CONTENT_FILES = frozenset({"README.md", "REVIEW.md", "CASES.md", "TABLES.md", "CHANGELOG.md", SIGN_OFF_FILE})


def compute_digest(root: Path) -> str:
    """Return the SHA-256 of all content files, including their names, in hexadecimal."""
    total = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and name not in NON_CONTENT_FILES and not is_hidden(name):
            total.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def is_hidden(name: str) -> bool:
    """Return whether any part of a path starts with a dot, as version control's and mounted volumes' folders do."""
    return any(part.startswith(".") for part in name.split("/"))


def load_edition(folder: ContentFolder) -> Edition | None:
    """Load the manifest, compute the digest, and add the sign-off if it names this digest."""
    manifest = folder.load_file("manifest.toml", ManifestFile)
    if manifest is None:
        return None
    edition = Edition(manifest.version, compute_digest(folder.root), manifest.date, None, review_by=manifest.review_by)
    return _with_sign_off(folder, edition)


def with_site_edition(folder: ContentFolder, edition: Edition, site: SiteEdition) -> Edition:
    """Return the edition with a site's overlay applied. Only the site folder's sign-off counts: it names both."""
    has_other = edition.sign_off is not None or edition.is_sign_off_lapsed
    notes = ("The sign-off in the content folder does not cover the site's overlay: it does not count.",)
    bare = replace(
        edition, sign_off=None, is_sign_off_lapsed=False, sign_off_notes=notes if has_other else (), site=site
    )
    return _with_sign_off(folder, bare)


def _with_sign_off(folder: ContentFolder, edition: Edition) -> Edition:
    if not (folder.root / SIGN_OFF_FILE).exists():
        return edition
    sign_off = folder.load_file(SIGN_OFF_FILE, SignOffFile)
    if sign_off is None:
        return edition
    notes = tuple(_describe_lapse(f"{folder.path_prefix}{SIGN_OFF_FILE}", sign_off, edition))
    if notes:
        return replace(edition, is_sign_off_lapsed=True, sign_off_notes=(*edition.sign_off_notes, *notes))
    return replace(edition, sign_off=f"{sign_off.name}, {sign_off.role}, {sign_off.date.isoformat()}")


def _describe_lapse(file: str, sign_off: SignOffFile, edition: Edition) -> Iterator[str]:
    """Yield a sentence for each key of a sign-off that names something else than what runs."""
    if sign_off.digest != edition.digest:
        yield (
            f"{file}: digest: {sign_off.name} signed content {sign_off.digest[:8]}; "
            f"this is content {edition.version} ({edition.digest[:8]}), to be read and signed again."
        )
    signed, used = sign_off.site, edition.site.digest if edition.site else None
    if signed != used:
        yield (
            f"{file}: site: {sign_off.name} signed {_name_overlay(signed)}; "
            f"here {_name_overlay(used)} is used: read and sign again."
        )


def _name_overlay(digest: str | None) -> str:
    return f"overlay {digest[:8]}" if digest else "no overlay"


def format_sign_off(edition: Edition, name: str, role: str, day: date) -> str:
    """Format the file that signs off exactly this content, and its overlay if there is one."""
    lines = [
        "# Written by `hip-spine-cds review --sign`. It is of these digests alone: any edit lapses it.",
        f"name   = {_quote_toml(name)}",
        f"role   = {_quote_toml(role)}",
        f"date   = {day.isoformat()}",
        f'digest = "{edition.digest}"',
        *([f'site   = "{edition.site.digest}"'] if edition.site else []),
    ]
    return "\n".join(lines) + "\n"


def _quote_toml(text: str) -> str:
    """Quote text as a TOML basic string (TOML 1.0, "String")."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{"".join(char if char.isprintable() else " " for char in escaped)}"'
