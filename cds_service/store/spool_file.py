"""A file of lines that belongs to the process that holds its lock. The kernel frees the lock when the process ends."""

import errno
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_SUFFIX = ".jsonl"


class SpoolFile:
    """A locked file, for its owner only. `count`: lines in it; `last`: number of its last item once it is full."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.count = 0
        self.last = 0
        self._path = path
        self._descriptor = descriptor
        self._size = 0

    @classmethod
    def create(cls, folder: Path) -> "SpoolFile":
        """Create an empty file with a name of its own, and the folder if needed.

        Raises:
            OSError: it cannot be created.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = secrets.token_hex(8)
        draft, path = folder / f".{name}", folder / f"{name}{_SUFFIX}"
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            draft.rename(path)  # only now, locked, may others see it
        except OSError:
            os.close(descriptor)
            draft.unlink(missing_ok=True)
            raise
        return cls(path, descriptor)

    @property
    def is_deleted(self) -> bool:
        """Whether its name is gone, so that nobody would find it."""
        return os.fstat(self._descriptor).st_nlink == 0

    def append(self, lines: bytes, count: int) -> None:
        """Append whole lines, or nothing.

        Raises:
            OSError: the disk is full, or fails.
        """
        written = os.write(self._descriptor, lines)
        if written < len(lines):
            os.ftruncate(self._descriptor, self._size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._size += written
        self.count += count

    def clear(self) -> None:
        """Empty it. What a failing disk keeps will be written once more, which does no harm."""
        if self._size:
            with suppress(OSError):
                os.ftruncate(self._descriptor, 0)
        self.count = self._size = self.last = 0

    def lines(self) -> list[bytes]:
        """Return its lines, the last of which may be torn."""
        with open(self._descriptor, "rb", closefd=False) as file:
            file.seek(0)
            return file.read().splitlines()

    def delete(self) -> None:
        """Delete it, if it is still there and can be."""
        with suppress(OSError):
            self._path.unlink()

    def close(self) -> None:
        """Close it, which frees its lock."""
        os.close(self._descriptor)


def locked_orphans(folder: Path) -> Iterator[SpoolFile]:
    """Yield the files whose process has ended, each locked until the next is asked for. None where nothing is read."""
    with suppress(OSError):
        for path in sorted(folder.glob(f"*{_SUFFIX}")):
            yield from _lock(path)


def _lock(path: Path) -> Iterator[SpoolFile]:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:  # another process was faster
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield SpoolFile(path, descriptor)
    except BlockingIOError:  # its process lives
        return
    finally:
        os.close(descriptor)
