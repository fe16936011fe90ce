"""Copies of the project in which mutants are tried, so that the working tree is never touched."""

import os
import resource
import shutil
import signal
import subprocess
import time
from pathlib import Path

from tests.mutation.sampling import Mutant

_COPIED = ("cds_service", "cards", "fixtures", "examples", "tests", "pyproject.toml")
_MEMORY = 4 * 1024**3  # bytes; a mutant that never stops may also never stop growing
ROOMS = ("logic", "model", "chart", "rendering")
CASES = "tests/test_cases.py"


class MutationError(Exception):
    """The tests cannot be run as they must be."""


class Sandbox:
    """One copy, in which one mutant at a time is tried."""

    def __init__(self, root: Path, folder: Path, python: Path) -> None:
        self._folder, self._python = folder, python
        ignored = shutil.ignore_patterns("__pycache__", "node_modules", ".*")
        for name in _COPIED:
            source, target = root / name, folder / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=ignored)
            else:
                shutil.copy2(source, target)
        self._limits: list[float] = []

    def prepare(self) -> float:
        """Run the tests on the code as it is, and set the time limits by how long that takes.

        Returns:
            The seconds taken.

        Raises:
            MutationError: The copy is not what is tested, or its tests fail.
        """
        where = [str(self._python), "-c", "import cds_service; print(cds_service.__file__)"]
        imported = subprocess.run(
            where, cwd=self._folder, env=self._environment(), capture_output=True, text=True, check=True
        )
        if not imported.stdout.startswith(str(self._folder)):
            raise MutationError(f"the tests would run on {imported.stdout.strip()}")
        took = []
        for tests in self._stages(""):
            start = time.monotonic()
            if self._run(tests, 1800, caching=True) != 0:
                raise MutationError(f"the tests fail without any mutation: {' '.join(tests)}")
            took.append(time.monotonic() - start)
        self._limits = [60 + 4 * seconds for seconds in took]
        return sum(took)

    def try_mutant(self, mutant: Mutant) -> str:
        """Return "killed", "survived" or "timed out"."""
        target = self._folder / mutant.path
        target.write_text(mutant.mutated, encoding="utf-8")
        try:
            for tests, limit in zip(self._stages(mutant.path), self._limits, strict=True):
                code = self._run(tests, limit)
                if code is None:
                    return "timed out"
                if code != 0:
                    return "killed"
            return "survived"
        finally:
            target.write_text(mutant.source, encoding="utf-8")

    def _stages(self, path: str) -> list[list[str]]:
        """Return the unit tests of the mutant's package, its module's first; then the cases and all others."""
        package, module = (Path(path).parts[1], Path(path).stem) if path else (ROOMS[0], "")
        units = {room: self._list_units(room) for room in ROOMS}
        nearest = sorted(units.pop(package), key=lambda name: f"_{module}" not in name)
        return [nearest, [*units.pop("logic", []), CASES, *(name for names in units.values() for name in names)]]

    def _list_units(self, room: str) -> list[str]:
        return sorted(
            path.relative_to(self._folder).as_posix() for path in self._folder.glob(f"tests/unit/{room}/test_*.py")
        )

    def _environment(self, *, caching: bool = False) -> dict[str, str]:
        added = {
            "PYTHONPATH": str(self._folder),
            "TZ": "Pacific/Chatham",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONHASHSEED": "0",
            "CI": "true",  # hypothesis then draws the same examples every time, and minds no slow machine
            "PYTHONDONTWRITEBYTECODE": "" if caching else "1",
        }
        return os.environ | added

    def _run(self, tests: list[str], limit: float, *, caching: bool = False) -> int | None:
        command = [str(self._python), "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--tb=no", *tests]
        started = subprocess.Popen(
            command,
            cwd=self._folder,
            env=self._environment(caching=caching),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        resource.prlimit(started.pid, resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        try:
            return started.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()
            return None
