"""Waiting cards on disk: what a killed process leaves behind, another one stores."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from liveness import LIVENESS_S

from cds_service.store import ForeignIds, IssuedCard, IssuedCards, Pseudonymizer, connect, migrate
from cds_service.store.spool import Spool
from cds_service.store.spool_file import SpoolFile

NAMES = ForeignIds(Pseudonymizer(b"k" * 32))
Build = Callable[..., IssuedCard]

# Puts cards while the database is away, and is then killed, as the kernel does it when memory runs out.
KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from cds_service.store import ForeignIds, IssuedCard, IssuedCards, Pseudonymizer, connect
texts = dict.fromkeys(IssuedCard.__struct_fields__, "x")
others = {"suggestion_uuids": ("s-1",), "offer_ids": (), "issued_at": datetime(2026, 3, 4, tzinfo=UTC), "silent": False}
names = ForeignIds(Pseudonymizer(b"k" * 32))
cards = IssuedCards(connect(sys.argv[1]), names, spool_folder=Path(sys.argv[2]))
for number in range(int(sys.argv[3])):
    cards.put([IssuedCard(**{**texts, **others, "card_uuid": f"card-{number}"})])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "waiting-cards"


@pytest.fixture
def spool(folder: Path) -> Spool[IssuedCard]:
    return Spool(folder, IssuedCard, 3)


def waiting(folder: Path) -> list[bytes]:
    return [line for path in folder.glob("*.jsonl") for line in path.read_bytes().splitlines()]


def taken(folder: Path) -> list[IssuedCard]:
    """Return what a new process would take over."""
    found: list[IssuedCard] = []

    def put(cards: list[IssuedCard]) -> bool:
        found.extend(cards)
        return False

    Spool(folder, IssuedCard, 3).take_over(put)
    return found


def leave_behind(folder: Path, number: int) -> None:
    """Let a process put so many cards while the database is away, and die."""
    away = f"sqlite:///{folder}/no/such/folder.sqlite3"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "no").write_text("")  # no folder of the database can be made
    command = [sys.executable, "-c", KILLED, away, str(folder), str(number)]
    assert subprocess.run(command, check=False, timeout=60).returncode == -signal.SIGKILL


def test_a_card_reads_back_whole(spool, folder, card):
    made = [card("a", basis_hash="b" * 64, offer_ids=("refer",)), card("b", silent=True)]
    assert spool.append(made, 0)
    spool.close(keep=True)
    assert taken(folder) == made


def test_others_can_read_nothing(spool, folder, card):
    spool.append([card()], 0)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_what_is_stored_is_cleared_and_what_waits_is_kept(spool, folder, card):
    spool.append([card("a")], 0)
    spool.append([card("b")], 1)
    spool.settle(2, 2)  # the first is stored; the file holds both
    assert len(waiting(folder)) == 2
    spool.append([card("c")], 2)
    spool.settle(3, 3)
    assert [b'"c"' in line for line in waiting(folder)] == [True]
    spool.settle(float("inf"), 3)
    assert waiting(folder) == []


def test_files_hold_no_more_than_twice_what_may_wait(spool, folder, card):
    for number in range(20):
        spool.append([card(f"card-{number}")], number)
    spool.close(keep=True)
    names = {one.card_uuid for one in taken(folder)}
    assert {"card-17", "card-18", "card-19"} <= names
    assert len(names) <= 6


def test_a_card_takes_no_more_of_the_disk_than_is_planned_for(spool, folder):
    """With the longest values that the service itself writes; tests/deployment holds the manifest to it."""
    uuids = tuple(str(uuid4()) for _ in range(3))
    spool.append(
        [
            IssuedCard(
                card_uuid=uuids[0],
                tenant="main-ehr-of-the-northern-hospital",
                service_id="hip-spine-order-select",
                hook="order-select",
                hook_instance="f" * 64,
                rule_id="cauda-equina-suspected-without-imaging",
                topic="cauda-equina",
                level="critical",
                patient_hash="a" * 64,
                user_hash="b" * 64,
                content_version="10.10.10+site.2026.10",
                content_digest=f"{'c' * 64}+{'d' * 64}",
                suggestion_uuids=uuids[1:],
                issued_at=datetime(2026, 3, 4, 10, 30, 59, 123_456, tzinfo=UTC),
                basis_hash="e" * 64,
                offer_ids=("add-lumbar-mri", "refer-to-emergency"),
            )
        ],
        0,
    )
    [line] = waiting(folder)
    assert 500 < len(line) < 1_024


def test_a_process_that_lives_keeps_its_files(spool, folder, card):
    spool.append([card()], 0)
    assert taken(folder) == []
    assert len(waiting(folder)) == 1


def test_a_file_is_deleted_only_once_its_cards_are_on_disk_elsewhere(spool, folder, card):
    spool.append([card()], 0)
    spool.close(keep=True)
    assert len(taken(folder)) == 1  # could not be put on disk
    other = Spool(folder, IssuedCard, 3)
    other.take_over(lambda cards: other.append(cards, 0))
    assert len(waiting(folder)) == 1
    assert taken(folder) == []  # now the other's


def test_a_torn_line_costs_itself(spool, folder, card, caplog):
    spool.append([card("a"), card("b")], 0)
    spool.close(keep=True)
    path = next(path for path in folder.iterdir() if path.stat().st_size)
    path.write_bytes(path.read_bytes()[:-20])
    assert [one.card_uuid for one in taken(folder)] == ["a"]
    assert [(vars(record)["waiting"], vars(record)["refused"]) for record in caplog.records] == [(1, 1)]


@pytest.mark.parametrize("line", [b"{}", b"null", b"\xff", b'{"card_uuid":1}', b'{"issued_at":"2026-03-04T10:00:00"}'])
def test_a_line_that_is_no_card_costs_itself(spool, folder, card, line):
    spool.append([card("a")], 0)
    spool.close(keep=True)
    for path in folder.iterdir():
        path.write_bytes(line + b"\n" + path.read_bytes())
    assert [one.card_uuid for one in taken(folder)] == ["a"]


def test_a_folder_that_cannot_be_written_costs_nothing_but_is_counted(engine, card, query, tmp_path, caplog):
    (tmp_path / "file").write_text("")
    issued = IssuedCards(engine, NAMES, spool_folder=tmp_path / "file" / "cards")
    issued.take_over()
    issued.put([card("a"), card("b")])
    issued.put([card("c", hook_instance="\ud800")])
    assert issued.flush(LIVENESS_S)
    assert issued.kept_in_memory_only == 3
    assert query("SELECT card_uuid FROM card_issued ORDER BY 1") == [("a",), ("b",)]
    assert [record.msg for record in caplog.records].count("waiting cards not on disk") == 1
    issued.close(LIVENESS_S)


def test_a_full_disk_costs_nothing_and_a_later_line_is_whole(folder, card, monkeypatch):
    written = os.write
    spool = Spool(folder, IssuedCard, 10)
    assert spool.append([card("a")], 0)
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda descriptor, data: written(descriptor, data[:30]))
        assert not spool.append([card("b")], 1)
    assert spool.append([card("c")], 2)
    spool.close(keep=True)
    assert spool.missed == 1
    assert [one.card_uuid for one in taken(folder)] == ["a", "c"]


def test_files_that_were_deleted_are_made_anew(spool, folder, card):
    spool.append([card("a")], 0)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    spool.settle(float("inf"), 1)
    spool.append([card("b")], 1)
    assert len(waiting(folder)) == 1


def test_the_files_of_a_process_that_ends_well_are_deleted(engine, folder, card):
    issued = IssuedCards(engine, NAMES, spool_folder=folder)
    issued.put([card()])
    issued.close(LIVENESS_S)
    assert list(folder.iterdir()) == []


def test_a_process_that_ends_while_the_database_is_away_leaves_its_cards(url, tmp_path, folder, card, query):
    (tmp_path / "file").write_text("")
    away = connect(f"sqlite:///{tmp_path}/file/cds.sqlite3")
    first = IssuedCards(away, NAMES, spool_folder=folder)
    first.put([card("a"), card("b")])
    first.close(0.1)
    away.dispose()

    take_over(url, folder)

    assert query("SELECT card_uuid FROM card_issued ORDER BY 1") == [("a",), ("b",)]


def take_over(url: str, folder: Path) -> None:
    """Let a new process find what others have left."""
    engine = connect(url)
    issued = IssuedCards(engine, NAMES, spool_folder=folder)
    issued.take_over()
    assert issued.flush(LIVENESS_S)
    issued.close(LIVENESS_S)
    engine.dispose()


def test_a_killed_process_loses_no_card(url, folder, query):
    leave_behind(folder, 40)
    assert query("SELECT count(*) FROM card_issued") == [(0,)]

    take_over(url, folder)
    take_over(url, folder)

    assert query("SELECT count(*) FROM card_issued") == [(40,)]
    assert waiting(folder) == []


def test_the_cards_of_several_killed_processes_are_stored_once_the_database_is_back(tmp_path, folder, card):
    for _ in range(2):
        leave_behind(folder, 3)  # the same cards: stored once
    url = f"sqlite:///{tmp_path}/late/cds.sqlite3"
    engine = connect(url)  # no tables yet, so that nothing can be written
    issued = IssuedCards(engine, NAMES, spool_folder=folder)
    issued.take_over()
    issued.put([card("own")])
    assert not issued.flush(0.2)
    assert len(waiting(folder)) == 7
    migrate(url)
    assert issued.flush(LIVENESS_S)
    with engine.connect() as connection:
        found = {name for (name,) in connection.exec_driver_sql("SELECT card_uuid FROM card_issued")}
    assert found == {"own", "card-0", "card-1", "card-2"}
    issued.close(LIVENESS_S)
    engine.dispose()


def test_a_fork_leaves_the_files_to_the_parent(engine, folder, card):
    """The lock must end with the parent, though its child lives on."""
    issued = IssuedCards(engine, NAMES, spool_folder=folder)
    issued.put([card("a")])
    mine = {path.name for path in folder.glob("*.jsonl")}
    child = os.fork()
    if child == 0:
        os._exit(1 if open_files(folder) else 0)
    assert open_files(folder)
    assert os.waitpid(child, 0)[1] == 0
    assert {path.name for path in folder.glob("*.jsonl")} == mine
    issued.close(LIVENESS_S)


def open_files(folder: Path) -> list[str]:
    """Return the descriptors of this process that are files of the folder."""
    found = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # that of the listing itself
            if descriptor.readlink().parent == folder:
                found.append(descriptor.name)
    return found


def test_a_card_takes_microseconds(folder, card):
    """A call waits for it. The bound is generous for a busy machine; on a quiet one it is 10 µs."""
    spool = Spool(folder, IssuedCard, 10_000)
    one = [card(f"card-{'x' * 30}")]
    fastest = min(_seconds(spool, one) for _ in range(200))
    assert fastest < 0.001


def _seconds(spool: Spool[IssuedCard], cards: list[IssuedCard]) -> float:
    began = time.perf_counter()
    spool.append(cards, 0)
    return time.perf_counter() - began


def test_a_file_that_is_not_yet_locked_is_seen_by_nobody(folder, monkeypatch):
    def look(draft: Path, path: Path) -> Path:
        assert draft.suffix != ".jsonl"
        assert taken(folder) == []
        return rename(draft, path)

    rename = Path.rename
    monkeypatch.setattr(Path, "rename", look)
    SpoolFile.create(folder).close()
    assert len(list(folder.glob("*.jsonl"))) == 1
