"""The writer of log lines: in order, bounded, and never a reason for anybody to wait or to fail."""

import errno
import json
import logging
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from threading import Thread
from threading import enumerate as enumerate_threads
from unittest.mock import patch

import pytest
from liveness import LIVENESS_S
from log_capture import configured_log

from cds_service.log.line_writer import LineWriter

PIPE_BYTES = 65_536


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    yield reading, writing
    os.close(writing)
    os.close(reading)


def read_lines(reading: int, count: int) -> list[bytes]:
    """Read until that many lines are there."""
    content = b""
    while content.count(b"\n") < count:
        assert select.select([reading], [], [], LIVENESS_S)[0], content[-200:]
        content += os.read(reading, PIPE_BYTES)
    return content.splitlines()


def stall(writer: LineWriter, reading: int) -> int:
    """Fill the pipe until the writer hangs in it, and return how many lines that took."""
    line, count = b"x" * 4000 + b"\n", 0
    while writer.flush(0.2):
        writer.write(line)
        count += 1
    assert select.select([reading], [], [], 0)[0]
    return count


@pytest.mark.parametrize("blocking", [True, False])
def test_lines_wait_in_order_while_the_reader_stalls(pipe: tuple[int, int], *, blocking: bool) -> None:
    reading, writing = pipe
    os.set_blocking(writing, blocking)
    writer = LineWriter(writing)
    filling = stall(writer, reading)
    for number in range(100):
        writer.write(b"%d\n" % number)
    assert read_lines(reading, filling + 100)[filling:] == [b"%d" % number for number in range(100)]
    assert writer.lost == 0


def test_beyond_the_limit_new_lines_are_lost_and_counted(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    writer = LineWriter(writing, limit=10)
    filling = stall(writer, reading)
    waiting = writer._waiting.qsize()
    for number in range(50):
        writer.write(b"%d\n" % number)
    kept = 10 - waiting
    assert writer.lost == 50 - kept
    assert read_lines(reading, filling + kept)[filling:] == [b"%d" % number for number in range(kept)]


def disk(*answers: int | OSError) -> Callable[[int, bytes], int]:
    """Return a write that first answers so: with an error, or by writing only that many bytes. Then it is well."""
    remaining, write = list(answers), os.write

    def write_to_disk(fd: int, content: bytes) -> int:
        answer = remaining.pop(0) if remaining else len(content)
        if isinstance(answer, OSError):
            raise answer
        return write(fd, content[:answer])

    return write_to_disk


FULL = OSError(errno.ENOSPC, "No space left on device")


def test_the_log_says_how_many_lines_it_lost() -> None:
    with configured_log("info") as written, patch("cds_service.log.line_writer.os.write", disk(FULL, FULL)):
        for event in ("store away", "store away", "store answers again"):
            logging.getLogger("cds_service.store").warning(event)
        written.getvalue()  # the line about the loss is logged when those before it are written
        lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [(line["event"], line.get("dropped")) for line in lines] == [
        ("store answers again", None),
        ("log lines lost", 2),
    ]


def test_a_line_cut_by_a_full_disk_spoils_no_other(pipe: tuple[int, int]) -> None:
    writer = LineWriter(pipe[1])
    with patch("cds_service.log.line_writer.os.write", disk(3, FULL, FULL)):
        for line in (b"first\n", b"second\n", b"third\n"):
            writer.write(line)
        assert writer.flush(LIVENESS_S)
    assert read_lines(pipe[0], 2) == [b"fir", b"third"]
    assert writer.lost == 2


def test_a_line_is_written_in_pieces_if_it_must_be(pipe: tuple[int, int]) -> None:
    writer = LineWriter(pipe[1])
    with patch("cds_service.log.line_writer.os.write", disk(1, 2)):
        writer.write(b"whole\n")
        assert writer.flush(LIVENESS_S)
    assert (read_lines(pipe[0], 1), writer.lost) == ([b"whole"], 0)


def test_without_a_thread_the_lines_wait_for_the_next(pipe: tuple[int, int]) -> None:
    writer = LineWriter(pipe[1])
    with patch.object(Thread, "start", side_effect=RuntimeError("can't start new thread")):
        writer.write(b"first\n")
        assert writer.flush()
    writer.write(b"second\n")
    assert read_lines(pipe[0], 2) == [b"first", b"second"]


def test_many_threads_share_one_writer_thread(pipe: tuple[int, int]) -> None:
    writer = LineWriter(pipe[1])
    threads = [Thread(target=lambda: [writer.write(b"line\n") for _ in range(100)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert read_lines(pipe[0], 800) == [b"line"] * 800
    for thread in threads:
        thread.join(LIVENESS_S)
    assert sum(thread.name == "log-writer" and thread is writer._thread for thread in enumerate_threads()) == 1


def test_a_forked_child_writes_its_own_lines_and_not_its_parents(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    writer = LineWriter(writing)
    filling = stall(writer, reading)
    writer.write(b"parent\n")
    child = os.fork()
    if not child:
        writer.write(b"child\n")
        writer.flush(LIVENESS_S)
        os._exit(writer.lost)
    lines = read_lines(reading, filling + 2)
    assert sorted(lines[filling:]) == [b"child", b"parent"]
    assert os.waitpid(child, 0)[1] == 0


PROGRAM = """
import os, sys, structlog
from cds_service.log import configure_log, flush_log, log_uncaught_errors

def work():
    configure_log("info")
    log_uncaught_errors()
    for number in range(1000):
        structlog.get_logger().info("feedback", stored=number)
    {ending}

work()
"""


def start(ending: str) -> "subprocess.Popen[bytes]":
    """Start a process that logs 1,000 lines, more than a pipe holds, and then ends so."""
    return subprocess.Popen([sys.executable, "-c", PROGRAM.format(ending=ending)], stderr=subprocess.PIPE)


@pytest.mark.parametrize("ending", ["pass", "sys.exit(3)", "1 / 0"])
def test_a_process_that_ends_writes_what_waits(ending: str) -> None:
    _, log = start(ending).communicate(timeout=LIVENESS_S)
    lines = [json.loads(line) for line in log.splitlines()]
    assert [line["stored"] for line in lines if line["event"] == "feedback"] == list(range(1000))
    stray = [line["kind"] for line in lines if line["event"] == "stray error"]
    assert stray == ["ZeroDivisionError"] * (ending == "1 / 0")


def test_a_crash_of_the_interpreter_leaves_where_it_was_and_no_values() -> None:
    process = start("secret = 'Erika'; flush_log(); os.abort()")
    _, log = process.communicate(timeout=LIVENESS_S)
    assert process.returncode == -signal.SIGABRT
    assert b"Fatal Python error: Aborted" in log
    assert b"in work" in log
    assert b"Erika" not in log


@pytest.mark.parametrize("ending", ["pass", "sys.exit(3)", "1 / 0", "os.abort()"])
def test_a_process_whose_log_nobody_reads_ends_all_the_same(ending: str) -> None:
    process = start(ending)
    process.wait(LIVENESS_S)
    assert process.stderr
    lines = [line for line in process.stderr.read().splitlines() if line.endswith(b"}")]
    process.stderr.close()
    assert [json.loads(line)["stored"] for line in lines] == list(range(len(lines)))
    assert len(lines) < 1000


def test_a_closed_standard_error_costs_the_log_alone() -> None:
    """The number of a file that was closed goes to the next one opened, which must not get the log's lines."""
    ending = "assert not open('/dev/fd/2', 'rb').read() if os.path.exists('/dev/fd/2') else True"
    command = [sys.executable, "-c", PROGRAM.format(ending=ending)]
    assert (
        subprocess.run(["/bin/sh", "-c", '"$@" 2>&-', "sh", *command], timeout=LIVENESS_S, check=False).returncode == 0
    )
