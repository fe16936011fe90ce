"""Which content this is: version, digest and sign-off. Sign-off is of a digest, so any edit lapses it."""

import hashlib
from pathlib import Path

from cds_service.knowledge.folder import Folder
from cds_service.knowledge.schema.wording import ManifestFile, SignOffFile
from cds_service.logic.content import Edition

SIGN_OFF = "sign-off.toml"
# What may change without changing what the service says.
NOT_CONTENT = frozenset({"README.md", "REVIEW.md", "CHANGELOG.md", SIGN_OFF})


def digest(root: Path) -> str:
    """The SHA-256 of all content files, names included, in hexadecimal."""
    total = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and name not in NOT_CONTENT:
            total.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def read_edition(folder: Folder) -> Edition | None:
    """The manifest with the digest, and the sign-off where it is of this digest."""
    manifest = folder.file("manifest.toml", ManifestFile)
    current = digest(folder.root)
    return Edition(manifest.version, current, manifest.date, _sign_off(folder, current)) if manifest else None


def _sign_off(folder: Folder, current: str) -> str | None:
    if not (folder.root / SIGN_OFF).exists():
        return None
    signed = folder.file(SIGN_OFF, SignOffFile)
    if signed is None or signed.digest != current:
        return None
    return f"{signed.name}, {signed.role}, {signed.date.isoformat()}"
