"""Where the default files are: the user's data folder, else the working directory, never the package."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cds_service.errors import StoreTooNew
from cds_service.settings import Settings
from cds_service.store_setup import find_data_folder, open_recorder, resolve_database_and_key


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def test_under_home(home: Path) -> None:
    assert find_data_folder() == home / ".local/share/hip-spine-cds"
    assert find_data_folder().stat().st_mode & 0o777 == 0o700


def test_under_the_data_folder_that_is_named(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert find_data_folder() == tmp_path / "data" / "hip-spine-cds"
    assert not home.exists()


def test_else_in_the_working_directory(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.write_text("a file where the folder should be")
    assert find_data_folder() == tmp_path / "hip-spine-cds-data"
    monkeypatch.delenv("HOME")
    assert find_data_folder() == tmp_path / "hip-spine-cds-data"


def test_database_and_key_lie_beside_each_other(home: Path) -> None:
    url, key = resolve_database_and_key(Settings())
    assert url == f"sqlite:///{home}/.local/share/hip-spine-cds/hip-spine-cds.sqlite3"
    assert (home / ".local/share/hip-spine-cds/hash.key").read_bytes() == key
    assert resolve_database_and_key(Settings())[1] == key  # made once


def test_a_key_that_is_set_is_used_and_none_is_made(home: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'own.sqlite3'}"
    assert resolve_database_and_key(Settings(database=url, hash_key="k" * 32)) == (url, b"k" * 32)
    assert not home.exists()
    assert not (tmp_path / "hash.key").exists()


def test_a_database_elsewhere_keeps_its_key_in_the_data_folder(home: Path) -> None:
    url, _ = resolve_database_and_key(Settings(database="postgresql://db.example/cds"))
    assert url == "postgresql://db.example/cds"
    assert (home / ".local/share/hip-spine-cds/hash.key").exists()


def test_a_folder_that_cannot_be_written_is_passed_over(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda path, _mode: home not in path.parents)
    assert find_data_folder() == tmp_path / "hip-spine-cds-data"


def test_a_database_of_a_newer_release_stops_the_start(tmp_path: Path) -> None:
    settings = Settings(database=f"sqlite:///{tmp_path / 'own.sqlite3'}", hash_key="k" * 32)
    open_recorder(settings)
    with closing(sqlite3.connect(tmp_path / "own.sqlite3")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(StoreTooNew, match="Run that release, or restore the backup"):
        open_recorder(settings)
