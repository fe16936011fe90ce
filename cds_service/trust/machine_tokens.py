"""The tokens that the workers of one machine have used, which they share without the store.

While the store is away or hangs, a token then still counts once among them. Each is an empty file whose name is its
hash, in a folder for the minute in which it is forgotten: creating a file succeeds for one worker alone.
"""

import hashlib
import os
import shutil
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Final

_MINUTE_S: Final = 60


class MachineTokens:
    """The used tokens in a folder that workers share. Without a folder, or where it is lost, every token is new."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder / "tokens" if folder else None
        self._pruned_in = 0
        self._lock = Lock()

    def add(self, issuer: str, token_id: str, keep_until: float, now: datetime) -> bool:
        """Record a token and return True, or False if a worker of this machine has recorded it before."""
        if self._folder is None:
            return True
        self._prune(self._folder, int(now.timestamp()) // _MINUTE_S)
        name = hashlib.blake2b(f"{issuer}\0{token_id}".encode(), digest_size=16).hexdigest()
        path = self._folder / str(int(keep_until) // _MINUTE_S) / name
        try:
            _create(path)
        except FileExistsError:
            return False
        except OSError:  # the folder is lost, or its disk is full: the store decides, and this process
            return True
        return True

    def _prune(self, folder: Path, minute: int) -> None:
        """Once a minute, delete the tokens of the minutes that are over."""
        with self._lock:
            if minute == self._pruned_in:
                return
            self._pruned_in = minute
        with suppress(OSError):
            for over in [path for path in folder.iterdir() if int(path.name) < minute]:
                shutil.rmtree(over, ignore_errors=True)


def _create(path: Path) -> None:
    """Create an empty file, and its folder for the first of a minute.

    Raises:
        FileExistsError: it is there.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
