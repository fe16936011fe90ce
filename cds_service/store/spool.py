"""Keeps waiting items on disk too, so that a process that is killed loses none: another one takes its files over.

An item is appended before anybody is answered, and is safe once the kernel has it: a file outlives its process, though
not a power failure. Each process has two files of JSON lines and clears one as soon as all items in it are stored, so
they hold what waits and a little more. Writing an item twice must do no harm.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from cds_service.store.spool_file import SpoolFile, locked_orphans

Item = TypeVar("Item")

_encode_lines = msgspec.json.Encoder().encode_lines
_logger = logging.getLogger(__name__)


class Spool(Generic[Item]):
    """The files of one process in a folder that its successors look into. One thread at a time may use it.

    `kind`: the dataclass of the items. `limit`: the number of items that may wait, so a file holds about as many.
    """

    def __init__(self, folder: Path, kind: type[Item], limit: int) -> None:
        self.missed = 0
        self._folder = folder
        self._decoder = msgspec.json.Decoder(kind)
        self._limit = limit
        self._files: tuple[SpoolFile, SpoolFile] | None = None  # the older and the newer one
        self._is_failing = False
        self._is_closed = False

    def append(self, items: Sequence[Item], before: int) -> bool:
        """Add items, the first of which has the number `before` + 1; return whether they are on disk.

        Where they cannot be written they are counted in `missed`, and wait in memory only.
        """
        if self._is_closed or not items:
            return False
        try:
            self._find_newer(before).append(_encode_lines(items), len(items))
        except (OSError, UnicodeError) as error:  # a lone surrogate, which the database will refuse
            self._note_failure(error, len(items))
            return False
        self._is_failing = False
        return True

    def settle(self, oldest: float, last: int) -> None:
        """Clear the older file if nothing in it waits any more. `oldest`: number of the first item that still waits.

        The next items then go to the cleared one. `last`: number of the last item so far.
        """
        if self._files is None or self._files[0].last >= oldest:
            return
        self._turn(last)
        if last < oldest:
            self._turn(last)
            self._replace_lost()

    def take_over(self, put: Callable[[list[Item]], bool]) -> None:
        """Pass on the items of each file whose process has ended, and delete it if `put` has them on disk."""
        for orphan in locked_orphans(self._folder):
            lines = orphan.lines()
            items = list(self._decode(lines))
            if lines:
                _logger.warning(
                    "waiting cards taken over", extra={"waiting": len(items), "refused": len(lines) - len(items)}
                )
            if put(items) or not items:
                orphan.delete()

    def close(self, *, keep: bool) -> None:
        """Let go of the files, and delete them unless they are to be kept for a successor. Take no more items."""
        self._is_closed = True
        for file in self._files or ():
            if not keep:
                file.delete()
            file.close()
        self._files = None

    def leave_to_parent(self) -> None:
        """Forget the files, in a forked child: they are its parent's."""
        for file in self._files or ():
            file.close()
        self._files = None
        self._is_closed = False
        self.missed = 0

    def _find_newer(self, last: int) -> SpoolFile:
        if self._files is None:
            self._files = (SpoolFile.create(self._folder), SpoolFile.create(self._folder))
        elif self._files[1].count >= self._limit:  # as many as may wait, so no item of the older file does
            self._turn(last)
        return self._files[1]

    def _turn(self, last: int) -> None:
        """Clear the older file, which becomes the newer one."""
        if self._files is None:
            return
        older, newer = self._files
        older.clear()
        newer.last = last
        self._files = (newer, older)

    def _replace_lost(self) -> None:
        """Begin new files if someone has deleted these, as programs do that clean up temporary folders."""
        if self._files and any(file.is_deleted for file in self._files):
            for file in self._files:
                file.delete()
                file.close()
            self._files = None

    def _decode(self, lines: Sequence[bytes]) -> Iterator[Item]:
        for line in lines:
            with suppress(msgspec.MsgspecError, UnicodeError):  # torn by a power failure, or of another release
                yield self._decoder.decode(line)

    def _note_failure(self, error: Exception, count: int) -> None:
        self.missed += count
        if not self._is_failing:
            _logger.warning("waiting cards not on disk", extra={"kind": type(error).__name__})
        self._is_failing = True
