"""The folder that the workers of a running service share: metrics, rate limits, and whether it is stopping.

It is the folder of prometheus_client's multiprocess mode, so a site that runs `create_app` under another server sets it
in the same way. `serve` creates a new one at each start: counts of earlier processes must not be counted again.
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
    """Create a folder for this process and its workers, and remove it at the end of the block.

    Raises:
        SettingsError: it cannot be created.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix="hip-spine-cds-"))
    except OSError as error:
        text = f"TMPDIR: is not a writable folder ({error.strerror}); the workers share their counts there"
        raise SettingsError(text) from None
    os.environ[FOLDER_VARIABLE] = str(folder)  # workers read the environment
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_shared_folder() -> Path | None:
    """Return the folder that this process shares with others, or None if it is alone."""
    folder = os.environ.get(FOLDER_VARIABLE)
    return Path(folder) if folder else None


def recover_shared_folder() -> None:
    """Create the shared folder again if it was deleted, or go on alone. Its loss costs metrics, never the service.

    To be called before prometheus_client is imported, which opens its files there.
    """
    folder = find_shared_folder()
    if folder is None or folder.is_dir():
        return
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        os.environ.pop(FOLDER_VARIABLE, None)


def mark_stopping(folder: Path) -> None:
    """Tell all workers that the service is about to stop. A full disk must not prevent the stop."""
    with suppress(OSError):
        (folder / _STOPPING).touch()


def is_stopping(folder: Path | None) -> bool:
    """Return whether the service is about to stop and should get no new calls."""
    return folder is not None and (folder / _STOPPING).exists()
