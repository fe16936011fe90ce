"""The loss of the shared folder costs metrics, not the service."""

import os
from pathlib import Path

import pytest

from cds_service.operations.metric_family import MetricFamily
from cds_service.operations.shared_folder import FOLDER_VARIABLE, find_shared_folder, recover_shared_folder


def test_a_folder_that_was_deleted_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "shared"
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    recover_shared_folder()
    assert folder.is_dir()
    assert folder.stat().st_mode & 0o077 == 0
    recover_shared_folder()
    assert find_shared_folder() == folder


def test_where_it_cannot_be_made_the_process_goes_on_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "file" / "shared"))
    recover_shared_folder()
    assert FOLDER_VARIABLE not in os.environ


def test_a_count_that_cannot_be_written_is_lost_and_nothing_else() -> None:
    def fail(*_labels: str) -> None:
        raise FileNotFoundError

    MetricFamily(fail).add(("a",), 1)  # type: ignore[arg-type]  # it returns nothing, for it fails
    MetricFamily(lambda *_labels: fail).add(("a",), 1)  # type: ignore[arg-type, return-value]  # as above
