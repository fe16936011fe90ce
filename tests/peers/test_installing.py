"""A peer is installed once, however many workers ask for it."""

import threading
from pathlib import Path

import pytest
from liveness import LIVENESS_S

from . import healthchain_client
from .healthchain_client import LOCK, healthchain_python
from .installing import alone


def test_a_worker_that_waited_uses_what_another_has_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(healthchain_client, "_run", ran.append)
    found: list[Path] = []
    python = tmp_path / "bin" / "python"
    waiting = threading.Thread(target=lambda: found.append(healthchain_python(tmp_path)))
    with alone(tmp_path):
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
        python.parent.mkdir()
        python.touch()
        (tmp_path / "lock.installed").write_text(LOCK.read_text())
    waiting.join(LIVENESS_S)
    assert (found, ran) == ([python], [])
