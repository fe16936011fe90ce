"""Installs the packages of a peer that runs on Node.js, from the lock in its folder."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from .errors import NotInstalled
from .installing import alone

INSTALL_WITHIN = 300.0  # seconds


def node_is_missing() -> str | None:
    """Name the system package that is missing, or nothing."""
    packages = {"node": "nodejs", "npm": "npm"}
    return next((package for command, package in packages.items() if shutil.which(command) is None), None)


def install_node_packages(folder: Path, peer: str) -> None:
    """Install what the lock of this folder names, unless it is there; `peer` is what errors call it."""
    with alone(folder):
        if not _has_locked_packages(folder):
            _npm_ci(folder, peer)


def _has_locked_packages(folder: Path) -> bool:
    """Return whether npm installed just what the lock names: it writes down what it installed as a lock of its own."""
    installed = folder / "node_modules" / ".package-lock.json"
    return installed.exists() and _packages(installed) == _packages(folder / "package-lock.json")


def _packages(lock: Path) -> dict[str, Any]:
    packages: dict[str, Any] = json.loads(lock.read_text())["packages"]
    return {name: package for name, package in packages.items() if name and not package.get("optional")}


def _npm_ci(folder: Path, peer: str) -> None:
    if missing := node_is_missing():
        raise NotInstalled(f"{peer} needs the system package {missing}")
    command = ["npm", "ci", "--omit=optional", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=1"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_WITHIN, check=False)
    if done.returncode:
        raise NotInstalled(
            f"npm ci could not install {peer}; without a network it needs a filled npm cache. "
            f"npm said: {done.stderr[-2000:]}"
        )
