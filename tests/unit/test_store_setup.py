"""Where the default files are: the user's data folder, else the working directory, never the package."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cds_service.errors import StoreTooNew
from cds_service.operations.shared_folder import FOLDER_VARIABLE
from cds_service.settings import Settings
from cds_service.store_setup import find_data_folder, find_spool_folder, open_recorder, resolve_database_and_key


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


def test_waiting_cards_lie_beside_their_file_alone(tmp_path: Path) -> None:
    """Two services may keep their files in one folder: neither may take over the other's cards."""
    folders = [find_spool_folder(Settings(), f"sqlite:///{tmp_path}/{name}.sqlite3?timeout=5") for name in ("a", "b")]
    assert folders == [tmp_path / "a.sqlite3-waiting-cards", tmp_path / "b.sqlite3-waiting-cards"]


def test_waiting_cards_of_a_server_lie_where_it_is_set_else_where_workers_share_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql://db.example/cds"
    assert find_spool_folder(Settings(spool_folder=tmp_path / "volume"), url) == tmp_path / "volume"
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    assert find_spool_folder(Settings(), url) is None
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "run"))
    assert find_spool_folder(Settings(), url) == tmp_path / "run" / "waiting-cards"


def test_a_database_of_a_newer_release_stops_the_start(tmp_path: Path) -> None:
    settings = Settings(database=f"sqlite:///{tmp_path / 'own.sqlite3'}", hash_key="k" * 32)
    open_recorder(settings)
    with closing(sqlite3.connect(tmp_path / "own.sqlite3")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(StoreTooNew, match="Run that release, or restore the backup"):
        open_recorder(settings)
