"""The commands for the store, as an operator types them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cds_service.cli import main
from cds_service.settings import Settings
from cds_service.store import IssuedCard
from cds_service.store_setup import open_recorder

TEXTS = dict.fromkeys(IssuedCard.__struct_fields__, "x")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Return a store with one card of today and two of more than 400 days ago."""
    path = tmp_path / "cds.sqlite3"
    recorder = open_recorder(Settings(database=f"sqlite:///{path}", hash_key="k" * 32))
    issued = recorder._issued_cards
    now = datetime.now(UTC)
    for number, days in enumerate((0, 401, 500)):
        others = {"suggestion_uuids": (), "issued_at": now - timedelta(days=days), "silent": False}
        issued.put([IssuedCard(**{**TEXTS, "card_uuid": str(number), **others})])  # type: ignore[arg-type]
    issued.close(5)
    return path


def run(database: Path, *arguments: str, **settings: str) -> Result:
    env = {"HIP_SPINE_CDS_DATABASE": f"sqlite:///{database}", "HIP_SPINE_CDS_HASH_KEY": "k" * 32, **settings}
    return CliRunner().invoke(main, arguments, env=env)


def test_purge_deletes_what_is_older_than_the_retention(database: Path) -> None:
    dry = run(database, "purge", "--dry-run")
    assert dry.output.startswith("Would delete 2 cards and 0 feedback events")
    assert "card_issued 3" in run(database, "inventory").output
    done = run(database, "purge", HIP_SPINE_CDS_RETENTION="450")
    assert done.output.startswith("Deleted 1 cards and 0 feedback events")
    assert "450 days ago" in done.output
    assert run(database, "purge").output.startswith("Deleted 1 cards")
    assert "card_issued 1" in run(database, "inventory").output


def test_a_backup_is_restored_with_equal_counts(database: Path, tmp_path: Path) -> None:
    rows = run(database, "inventory").output
    made = run(database, "backup", str(tmp_path / "backup"))
    assert made.exit_code == 0, made.output
    assert made.output.startswith(rows)
    assert "Keep the hash key with it, from your secrets" in made.output
    elsewhere = tmp_path / "new" / "cds.sqlite3"
    restored = run(elsewhere, "restore", str(tmp_path / "backup"))
    assert (restored.exit_code, restored.output) == (0, rows)
    assert run(elsewhere, "inventory").output == rows


def test_what_cannot_be_done_is_said_in_plain_words(database: Path, tmp_path: Path) -> None:
    refused = run(database, "restore", str(database))
    assert refused.exit_code == 1
    assert "there is a store already" in refused.output
    refused = CliRunner().invoke(
        main,
        ["backup", str(tmp_path / "b")],
        env={"HIP_SPINE_CDS_DATABASE": "postgresql+psycopg://h/d", "HIP_SPINE_CDS_HASH_KEY": "k" * 32},
    )
    assert refused.exit_code == 1
    assert "pg_dump" in refused.output
