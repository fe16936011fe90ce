"""Processor time and memory of a process with all its children, read from /proc."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


def tree(pid: int) -> Iterator[int]:
    """Yield the process and its descendants; of a process that ends meanwhile, those seen so far."""
    yield pid
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in (_PROC / str(pid) / "task").iterdir():
            for child in (task / "children").read_text().split():
                yield from tree(int(child))


def cpu_ms(pid: int) -> float:
    """Return the milliseconds of processor time that the tree has used, in user and system mode."""
    return sum(process_ms(process) for process in tree(pid))


def process_ms(pid: int) -> float:
    """Return the milliseconds of processor time that one process has used."""
    return sum(map(int, _stat(pid)[11:13])) * _TICK_MS


def pss_mib(pid: int) -> float:
    """Return the MiB of RAM of the process, with its share of what it has in common with others (PSS).

    Forked workers share what their server prepared; the resident size would count it once for each worker.
    """
    lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat from the third on: the second, the command's name, may contain spaces."""
    return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
