"""The folder that the workers of one service share while it runs: counts, rate limits, and whether it is stopping.

It is the folder of prometheus_client's multiprocess mode, so a site that runs `create_app` under another server names
it the same way. `serve` makes a new one at each start: figures of processes that are gone must not count again.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from cds_service.errors import SettingsError

FOLDER_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
_STOPPING = "stopping"


@contextmanager
def create_shared_folder() -> Iterator[Path]:
    """A new folder for this process and its workers alone; gone at the end.

    Raises:
        SettingsError: none can be made.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix="hip-spine-cds-"))
    except OSError as error:
        text = f"TMPDIR: names no folder that can be written ({error.strerror}); workers count there together"
        raise SettingsError(text) from None
    os.environ[FOLDER_VARIABLE] = str(folder)  # workers read the environment
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_shared_folder() -> Path | None:
    """The folder this process shares with others; None: it is alone."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else None


def mark_stopping(folder: Path) -> None:
    """Let all workers know that the service is about to stop. A full disk must not keep it from stopping."""
    with suppress(OSError):
        (folder / _STOPPING).touch()


def is_stopping(folder: Path | None) -> bool:
    """Whether the service is about to stop, so that no new calls should be sent to it."""
    return folder is not None and (folder / _STOPPING).exists()
