"""Opens the store of the settings. By default database and hash key are in the user's data folder."""

import logging
import os
from functools import partial
from pathlib import Path

from cds_service.errors import SettingsError, StoreTooNew, StoreUnavailable
from cds_service.log import error_fields
from cds_service.operations.shared_folder import find_shared_folder
from cds_service.service.store_recorder import StoreRecorder
from cds_service.settings import Settings, environment_variable
from cds_service.store import (
    CallCounts,
    FeedbackLog,
    ForeignIds,
    IssuedCards,
    Pseudonymizer,
    Suppressions,
    connect,
    load_or_create_key,
    migrate,
)

FOLDER = "hip-spine-cds"
DATABASE_FILE = "hip-spine-cds.sqlite3"
KEY_FILE = "hash.key"
SPOOL_FOLDER = "waiting-cards"
_FLUSH_S = 0.3  # how long feedback waits for cards that were just issued, so that it finds them

_logger = logging.getLogger(__name__)


def find_data_folder() -> Path:
    """Return the folder for the default database, creating it if needed.

    It is under XDG_DATA_HOME or HOME, else in the working directory, and never in the package.
    """
    home = os.environ.get("HOME")
    for parent in (os.environ.get("XDG_DATA_HOME"), f"{home}/.local/share" if home else None):
        if not parent:
            continue
        folder = Path(parent) / FOLDER
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK | os.X_OK):
            return folder
    return Path.cwd() / f"{FOLDER}-data"


def open_recorder(settings: Settings) -> StoreRecorder:
    """Open the store of these settings and bring its tables up to date. A database that is down is logged, no more.

    Raises:
        StoreTooNew: its tables belong to a newer release.
    """
    url, key = resolve_database_and_key(settings)
    try:
        migrate(url)
    except StoreTooNew:
        raise
    except StoreUnavailable as error:
        _logger.warning("store away", extra=error_fields(error))  # cards are served without it
    database = connect(url)
    pseudonymizer = Pseudonymizer(key)
    foreign_ids = ForeignIds(pseudonymizer)
    issued_cards = IssuedCards(database, foreign_ids, spool_folder=find_spool_folder(settings, url))
    feedback = FeedbackLog(database, foreign_ids, before_record=partial(issued_cards.flush, _FLUSH_S))
    suppressions = Suppressions(connect(url, is_reading=True))
    return StoreRecorder(issued_cards, feedback, CallCounts(database), pseudonymizer, suppressions)


def find_spool_folder(settings: Settings, url: str) -> Path | None:
    """Return where waiting cards are kept on disk: as set, else beside a SQLite file, else where workers share files.

    The last is a folder of this run only. None: there is no such folder, and waiting cards are in memory only.
    """
    if settings.spool_folder is not None:
        return settings.spool_folder
    file = _find_sqlite_file(url)
    if file is not None:
        return file.with_name(f"{file.name}-{SPOOL_FOLDER}")  # another file beside it may belong to another service
    shared = find_shared_folder()
    return shared / SPOOL_FOLDER if shared else None


def resolve_database_and_key(settings: Settings) -> tuple[str, bytes]:
    """Return the database URL and the hash key: from the settings, else beside each other in the data folder.

    Raises:
        SettingsError: the key is not set and cannot be read or created there.
    """
    url = settings.database or f"sqlite:///{find_data_folder() / DATABASE_FILE}"
    if settings.hash_key is not None:
        return url, settings.hash_key.get_secret_value().encode()
    file = _find_sqlite_file(url)
    return url, _load_or_create_key_in(file.parent if file else find_data_folder())


def _find_sqlite_file(url: str) -> Path | None:
    prefix, _, rest = url.partition("sqlite:///")
    return None if prefix or not rest else Path(rest.partition("?")[0])


def _load_or_create_key_in(folder: Path) -> bytes:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return load_or_create_key(folder / KEY_FILE)
    except OSError as error:
        reason: object = error.strerror
    except SettingsError as error:
        reason = error
    key, database = environment_variable("hash_key"), environment_variable("database")
    advice = f"set {key}, or {database} to a file in a writable folder"
    raise SettingsError(f"hash_key: is not set, and {folder / KEY_FILE} cannot be read or created ({reason}): {advice}")
