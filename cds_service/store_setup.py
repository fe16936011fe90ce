"""Where the default database and its key lie: the user's data folder, else the working directory, never the package."""

import logging
import os
from functools import partial
from pathlib import Path

from cds_service.errors import SettingsError, StoreUnavailable
from cds_service.log import error_fields
from cds_service.service.store_recorder import StoreRecorder
from cds_service.settings import Settings, environment_variable
from cds_service.store import FeedbackLog, IssuedCards, Pseudonymizer, connect, load_or_create_key, migrate

FOLDER = "hip-spine-cds"
DATABASE_FILE = "hip-spine-cds.sqlite3"
KEY_FILE = "hash.key"


def find_data_folder() -> Path:
    """The folder for the default database, made if need be: under XDG_DATA_HOME or HOME, else the working directory."""
    for parent in _candidate_parents():
        folder = parent / FOLDER
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK | os.X_OK):
            return folder
    return Path.cwd() / f"{FOLDER}-data"


def _candidate_parents() -> list[Path]:
    named = os.environ.get("XDG_DATA_HOME")
    home = os.environ.get("HOME")
    return [Path(base) for base in (named, f"{home}/.local/share" if home else None) if base]


_logger = logging.getLogger(__name__)


_FLUSH_S = 0.3  # seconds feedback waits for cards just issued, so that it finds them


def open_recorder(settings: Settings) -> StoreRecorder:
    """The store of these settings, its tables up to date. A database that is down is told, and stops nothing."""
    url, key = resolve_database_and_key(settings)
    try:
        migrate(url)
    except StoreUnavailable as error:
        _logger.warning("store away", extra=error_fields(error))  # cards are given all the same
    database = connect(url)
    issued = IssuedCards(database)
    return StoreRecorder(
        issued, FeedbackLog(database, before_record=partial(issued.flush, _FLUSH_S)), Pseudonymizer(key)
    )


def resolve_database_and_key(settings: Settings) -> tuple[str, bytes]:
    """The database's URL and the hash key: as set, else beside each other in the data folder.

    Raises:
        SettingsError: the key is not set, and can be neither read nor made there.
    """
    url = settings.database or f"sqlite:///{find_data_folder() / DATABASE_FILE}"
    if settings.hash_key is not None:
        return url, settings.hash_key.get_secret_value().encode()
    beside = Path(url.removeprefix("sqlite:///")).parent if url.startswith("sqlite:///") else find_data_folder()
    return url, _load_or_create_key_in(beside)


def _load_or_create_key_in(folder: Path) -> bytes:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return load_or_create_key(folder / KEY_FILE)
    except OSError as error:
        reason: object = error.strerror
    except SettingsError as error:
        reason = error
    key, database = environment_variable("hash_key"), environment_variable("database")
    ways = f"set {key}, or {database} to a file in a folder that can be written"
    raise SettingsError(f"hash_key: is not set, and {folder / KEY_FILE} cannot be read or made ({reason}): {ways}")
