"""A PostgreSQL server of a test's own, which can be stopped, held and started again."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from attacked import free_port

_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def is_here() -> bool:
    """Return whether PostgreSQL is installed."""
    return bool(_PROGRAMS)


@dataclass(frozen=True)
class Postgres:
    """A server in a folder; it refuses to run as root, so root runs it as the user of that name."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """The URL of its database, as a site sets it."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres?connect_timeout=2"

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        self.run("pg_ctl", "-D", "db", "-w", "-l", "log", "-o", options, "start")

    def stop(self) -> None:
        """Stop it abruptly, as in a crash."""
        self.run("pg_ctl", "-D", "db", "-m", "immediate", "stop")

    def hold(self, *, on: bool) -> None:
        """Suspend all its processes, or resume them."""
        for pid in self._pids():
            os.kill(pid, signal.SIGSTOP if on else signal.SIGCONT)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs in its folder."""
        as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        command = [*as_user, str(_PROGRAMS[-1].with_name(program)), *arguments]
        subprocess.run(command, cwd=self.folder, check=True, stdout=subprocess.DEVNULL, timeout=60)

    def _pids(self) -> list[int]:
        first = int((self.folder / "db" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        return [first, *map(int, children)]


@contextmanager
def postgres(folder: Path) -> Iterator[Postgres]:
    """A running server whose files lie in `folder`."""
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
    server = Postgres(folder, free_port())
    server.run("initdb", "-D", "db", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
    server.start()
    try:
        yield server
    finally:
        server.stop()
