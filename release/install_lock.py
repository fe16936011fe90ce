"""Install locks whole into a virtual environment: `python release/install_lock.py VENV LOCK...`.

pip resolves nothing here. It installs every release that the locks name, checks the hash of each file, and removes
whatever else the environment holds, so that a release published later changes nothing. `pip check` then reports a
requirement that the locks leave out.

Releases come as wheels. One that is published as source alone (`--sdist`) is built with what an earlier lock installed:
an isolated build would fetch its tools by itself, and without hashes.

Runs before anything is installed, so it uses the standard library alone.
"""

import argparse
import re
import subprocess
import sys
import venv
from collections.abc import Iterable, Sequence
from pathlib import Path

_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==", re.MULTILINE)
_INSTALL = ("install", "--quiet", "--no-deps")
_FREEZE = ("list", "--format=freeze", "--exclude-editable")


def install_locks(
    environment: Path, locks: Sequence[Path], sdists: Sequence[str] = (), project: Path | None = None
) -> None:
    """Make the environment hold exactly what the locks name, besides pip and the project itself, installed editable.

    Raises:
        subprocess.CalledProcessError: pip could not install a lock, or found a requirement that is not met.
    """
    if not (environment / "bin" / "python").exists():
        venv.create(environment, with_pip=True, symlinks=True)
    _uninstall_others(environment, locks)
    source = ["--no-build-isolation", f"--no-binary={','.join(sdists)}"] if sdists else []
    for lock in locks:
        _pip(environment, *_INSTALL, "--require-hashes", "--only-binary=:all:", *source, "--requirement", lock)
    if project:
        _pip(environment, *_INSTALL, "--no-build-isolation", "--editable", project)
    _pip(environment, "check")


def _uninstall_others(environment: Path, locks: Iterable[Path]) -> None:
    """Uninstall what an older lock left behind: `pip check` would judge it too."""
    locked = {_normalize(name) for lock in locks for name in _PIN.findall(lock.read_text(encoding="utf-8"))}
    installed = {_normalize(name) for name in _PIN.findall(_pip(environment, *_FREEZE))}
    if others := sorted(installed - locked - {"pip"}):
        _pip(environment, "uninstall", "--quiet", "--yes", *others)


def _normalize(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pip(environment: Path, *arguments: str | Path) -> str:
    """Run the environment's pip and return its standard output, which is shown when it fails."""
    command = [environment / "bin" / "python", "-m", "pip", "--disable-pip-version-check", *arguments]
    completed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 - pip alone
    if completed.returncode:
        sys.stderr.write(completed.stdout)
    completed.check_returncode()
    return completed.stdout


def main() -> int:
    """Install what the command line names; return pip's exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("environment", type=Path, help="virtual environment, created when missing")
    parser.add_argument("locks", type=Path, nargs="+", help="requirements files with hashes, installed in this order")
    parser.add_argument("--sdist", action="append", default=[], help="name of a release to build from source")
    parser.add_argument("--project", type=Path, help="project to install editable, built with what the locks name")
    options = parser.parse_args()
    try:
        install_locks(options.environment, options.locks, options.sdist, options.project)
    except subprocess.CalledProcessError as error:
        return int(error.returncode)
    return 0


if __name__ == "__main__":
    sys.exit(main())
