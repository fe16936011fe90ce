"""Where the default database and its key lie: the user's data folder, else the working directory, never the package."""

import os
from pathlib import Path

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
