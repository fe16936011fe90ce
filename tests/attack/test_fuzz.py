"""Coverage-guided bytes against calls, texts and attachments (atheris): `make attack`, for ATTACK_SECONDS each."""

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

SECONDS = os.environ.get("ATTACK_SECONDS", "")
LEAST = 100  # runs, on the slowest machine


@pytest.mark.skipif(not SECONDS, reason="runs for long: `make attack` says for how long")
@pytest.mark.parametrize("kind", ["envelope", "narrative", "documents"])
def test_no_bytes_bring_an_error_that_is_not_the_callers(kind: str) -> None:
    if find_spec("atheris") is None:
        assert os.environ.get("CI") != "true", "atheris is not installed, and CI leaves nothing out"
        pytest.skip("atheris is not installed: it has no wheel for every Python")
    folder = Path(__file__).parent
    command = [sys.executable, "fuzz.py", kind, SECONDS]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=int(SECONDS) + 120, check=False)
    stderr = done.stderr[-3000:]
    assert done.returncode == 0, stderr
    runs = int(re.findall(r"Done (\d+) runs", stderr)[-1])
    print(f"{kind}: {runs} runs in {SECONDS} s")  # noqa: T201 - the figure
    assert runs > LEAST
