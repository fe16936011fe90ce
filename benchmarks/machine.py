"""Says on what a run was taken: without it no figure can be compared with another."""

import os
import platform
import shutil
import subprocess
from pathlib import Path


def describe_machine() -> dict[str, str]:
    """Return cores, processor, the load before the run, and the versions of Python and Node.js."""
    return {
        "cores": str(len(os.sched_getaffinity(0))),
        "processor": _processor(),
        "load before": f"{os.getloadavg()[0]:.1f}",
        "Python": platform.python_version(),
        "Node.js": _node_version(),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _node_version() -> str:
    if shutil.which("node") is None:
        return "none"
    return subprocess.run(["node", "--version"], capture_output=True, text=True, check=True, timeout=30).stdout.strip()
