"""The cost of recording, counting and logging a call, in a process with multiprocess metrics, as `serve` starts it."""

import os
import subprocess
import sys
import tempfile
import time
import timeit
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from flask import Flask, Response

from benchmarks.bodies import patient_view
from benchmarks.dating import as_of_today
from benchmarks.goals import Goal, at_most, show
from benchmarks.launching import ROOT, environment
from benchmarks.load import SERVICE

GOAL_US = 100
ROUNDS, COUNT = 25, 200


def cost() -> float:
    """Return the microseconds of processor time that a recorded call costs above a bare call, best round of each."""
    from cds_service.log import configure_log
    from cds_service.operations.metrics import Metrics
    from cds_service.web import answering, instrumentation

    with tempfile.TemporaryDirectory() as folder, Path(os.devnull).open("wb") as log:
        configure_log("info", log.fileno())
        arguments = _capture_log_arguments(folder)
        bare, observed = (_application(name) for name in ("bare", "observed"))
        instrumentation.instrument(observed, Metrics(), frozenset(), {})

        def route() -> None:
            record = instrumentation.current_call_record()
            record.client_id, record.hook, record.result = "demo", arguments[0].hook, arguments[2]
            answering._log_result(*arguments)

        return _time(observed, route) - _time(bare, lambda: None)


def _capture_log_arguments(folder: str) -> tuple[Any, ...]:
    """Return the arguments with which the route logs a call that earns a card."""
    from cds_service.app import build_app
    from cds_service.settings import Settings
    from cds_service.web import answering

    app = build_app(Settings(database=f"sqlite:///{folder}/store.sqlite3", hash_key="k" * 32))
    with patch.object(answering, "_log_result") as log:
        app.test_client().post(SERVICE, data=as_of_today(patient_view()), content_type="application/json")
    return tuple(log.call_args.args)


def _application(name: str) -> Flask:
    app = Flask(name)
    app.add_url_rule("/", "cds-services.call", lambda: "", methods=["POST"])
    return app


def _time(app: Flask, route: Callable[[], None]) -> float:
    """Return the microseconds of what happens before and after a call is answered."""
    answer = Response("{}")

    def around() -> None:
        app.preprocess_request()
        route()
        app.process_response(answer)

    with app.test_request_context("/", method="POST"):
        return min(timeit.repeat(around, repeat=ROUNDS, number=COUNT, timer=time.thread_time)) / COUNT * 1e6


def measure() -> list[Goal]:
    """Measure the cost in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        variables = environment({"PROMETHEUS_MULTIPROC_DIR": folder, "PYTHONPATH": str(ROOT)})
        command = [sys.executable, "-c", "from benchmarks.observing import cost; print(cost())"]
        done = subprocess.run(
            command, env=variables, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, done.stderr
    return [at_most("recording, counting and logging a call", float(done.stdout), GOAL_US, " µs of processor time")]


def main() -> None:
    """Print the cost."""
    show(measure())


if __name__ == "__main__":
    main()
