"""`python -m release.lock_closure LOCK VENV [ROOTS]`: does a lock name everything that its distributions require?

`pip check` asks much the same of an environment, but it passes over extras: that `coverage[toml]` is required, and
what `toml` brings with it.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

Environment = Mapping[str, str]  # values of environment markers, such as `python_version`, where they are not our own
Requires = Callable[[str], Iterable[str]]  # distribution name to its `Requires-Dist` lines


def read_requirements(path: Path) -> list[Requirement]:
    """Return the requirements of a requirements file, be it a lock or what a lock is made from."""
    lines = (line.partition("#")[0].rstrip(" \\") for line in path.read_text(encoding="utf-8").splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith((" ", "-"))]


def unmet_requirements(
    roots: Iterable[Requirement],
    lock: Iterable[Requirement],
    requires: Requires,
    environment: Environment | None = None,
) -> list[str]:
    """Return each requirement, reached from the roots, that the lock does not meet; empty for a lock that is closed."""
    pins = {canonicalize_name(pin.name): _version(pin) for pin in lock if _is_active(pin, "", environment)}
    unmet: list[str] = []
    visited: set[tuple[str, str]] = set()
    waiting = [("the project", root) for root in roots if _is_active(root, "", environment)]
    while waiting:
        dependent, requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name not in pins or not requirement.specifier.contains(pins[name], prereleases=True):
            unmet.append(f"{dependent} requires {requirement}, locked is {pins.get(name, 'none')}")
            continue
        for extra in {"", *requirement.extras}:
            if (name, extra) not in visited:
                visited.add((name, extra))
                required = map(Requirement, requires(name))
                waiting += [(name, needed) for needed in required if _is_active(needed, extra, environment)]
    return sorted(set(unmet))


def installed_requires(site_packages: Path) -> Requires:
    """Return a look-up of what the distributions installed in a folder require."""
    installed: dict[str, Distribution] = {}
    for distribution in distributions(path=[str(site_packages)]):
        installed.setdefault(canonicalize_name(distribution.name), distribution)
    return lambda name: installed[name].requires or ()


def _version(pin: Requirement) -> str:
    (specifier,) = pin.specifier
    return specifier.version


def _is_active(requirement: Requirement, extra: str, environment: Environment | None) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({**(environment or {}), "extra": extra})


def main() -> int:
    """Report what is unmet."""
    lock, environment, roots = map(Path, sys.argv[1:])
    (site_packages,) = (environment / "lib").glob("python*/site-packages")
    unmet = unmet_requirements(read_requirements(roots), read_requirements(lock), installed_requires(site_packages))
    sys.stdout.writelines(f"{lock}: {line}\n" for line in unmet)
    return bool(unmet)


if __name__ == "__main__":
    sys.exit(main())
