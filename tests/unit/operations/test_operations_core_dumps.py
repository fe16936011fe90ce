"""Core dumps are off unless asked for."""

import resource
import subprocess
import sys
from pathlib import Path

CRASH = """
import os, resource, signal, sys
resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
from cds_service.operations.core_dumps import forbid_core_dumps
forbid_core_dumps()
print(resource.getrlimit(resource.RLIMIT_CORE), flush=True)
os.kill(os.getpid(), signal.SIGSEGV)
"""


def test_a_process_that_crashes_leaves_no_dump(tmp_path: Path) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    script = CRASH if hard == resource.RLIM_INFINITY else CRASH.replace("resource.RLIM_INFINITY", str(hard))
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode < 0, done.stderr
    assert done.stdout.strip() in {"(1, 1)", "(0, 0)"}
    assert list(tmp_path.iterdir()) == []
