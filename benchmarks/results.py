"""What a run of `make bench` measured, round by round, as it is kept in a file."""

from dataclasses import dataclass
from pathlib import Path

import msgspec


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a line, one of each round, and those of what was measured in turn with it, if anything."""

    ours: tuple[float, ...]
    theirs: tuple[float, ...] = ()

    @property
    def ratios(self) -> tuple[float, ...]:
        """Ours divided by theirs, round by round; without theirs none."""
        return tuple(our / their for our, their in zip(self.ours, self.theirs, strict=True)) if self.theirs else ()


@dataclass(frozen=True, slots=True)
class Run:
    """A run: where it was taken, the peers that are left out with the reason, and the figures of each line."""

    machine: dict[str, str]
    left_out: dict[str, str]
    lines: dict[str, Figures]


def write_run(run: Run, path: Path) -> None:
    """Write a run as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(run)) + b"\n")


def read_run(path: Path) -> Run:
    """Read a run that was written.

    Raises:
        OSError: it cannot be read.
        msgspec.DecodeError: it is not a run.
    """
    return msgspec.json.decode(path.read_bytes(), type=Run)
