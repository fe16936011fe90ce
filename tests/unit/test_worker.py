"""The workers use the state that the server built before it forked them."""

import gc
from collections.abc import Iterator

import pytest

from cds_service import content_loading, startup_state, worker
from cds_service.settings import Settings
from cds_service.startup_state import StartupState, build_startup_state


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path) -> Iterator[list[str]]:
    """Collect the builds of start-up state. No state is shared before or after the test."""
    calls: list[str] = []

    def counted(settings: Settings) -> StartupState:
        calls.append("prepared")
        return build_startup_state(settings)

    # The log is set up for a whole process, with cached loggers: later tests could not capture it.
    monkeypatch.setattr("cds_service.app.configure_log", lambda _level: None)
    monkeypatch.setattr("cds_service.app.log_uncaught_errors", lambda: None)
    monkeypatch.setattr("cds_service.engine.build_startup_state", counted)
    monkeypatch.setattr(worker, "_inherited_state", [])
    monkeypatch.setenv("HIP_SPINE_CDS_DATABASE", f"sqlite:///{tmp_path}/store.sqlite3")
    yield calls
    gc.unfreeze()


def test_a_worker_that_inherits_nothing_builds_its_own_state(made: list[str]) -> None:
    worker.create_rsgi_app()
    assert made == ["prepared"]


def test_a_forked_worker_uses_what_its_server_has_prepared(made: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    worker.share_with_workers(startup_state.build_startup_state(Settings()))
    monkeypatch.setattr(content_loading, "load_knowledge", None)  # nothing can be loaded any more
    worker.create_rsgi_app()
    assert made == []
    assert gc.get_freeze_count() > 0
