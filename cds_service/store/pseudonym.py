"""Keyed hashes in place of patient and user ids, and the file that holds their key."""

import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from cds_service.errors import SettingsError

_KEY_BYTES = 32
_MIN_KEY_BYTES = 16


class Pseudonymizer:
    """Replaces a person's id by a hash that cannot be reversed, or compared across tenants, without the key.

    Raises:
        SettingsError: the key is shorter than 16 bytes.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < _MIN_KEY_BYTES:
            raise SettingsError(f"hash key: it has fewer than {_MIN_KEY_BYTES} bytes")
        self._keyed = hmac.new(key, digestmod="sha256")

    def pseudonymize(self, tenant: str, kind: str, identifier: str) -> str:
        """Return the HMAC-SHA256 of tenant, kind and identifier as 64 hexadecimal digits."""
        keyed = self._keyed.copy()  # `hmac.digest` would also let another thread run, for which a call then waits
        for part in (tenant, kind, identifier):
            keyed.update(_length_prefixed(part))
        return keyed.hexdigest()


def load_or_create_key(path: Path) -> bytes:
    """Load the key from the file, or create the file with 32 random bytes, readable by its owner only.

    Raises:
        SettingsError: group or others may access the file, it has fewer than 16 bytes, or cannot be read or created.
    """
    try:
        if not path.exists():
            _create_key(path)
        return _load_key(path)
    except OSError as error:
        raise SettingsError(f"hash key file: {error.strerror}") from None


def _length_prefixed(part: str) -> bytes:
    # The length prefix keeps ("a", "bc") and ("ab", "c") apart.
    encoded = part.encode("utf-8", "surrogatepass")
    return len(encoded).to_bytes(8, "big") + encoded


def _create_key(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _write_key(draft, secrets.token_bytes(_KEY_BYTES))
        # A link appears complete or not at all, and never replaces a key that another process has just created.
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)


def _write_key(path: Path, key: bytes) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())


def _load_key(path: Path) -> bytes:
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_mode & 0o077:
            raise SettingsError("hash key file: group or others may access it; its mode must be 0600")
        key = file.read()
    if len(key) < _MIN_KEY_BYTES:
        raise SettingsError(f"hash key file: it holds fewer than {_MIN_KEY_BYTES} bytes")
    return key
