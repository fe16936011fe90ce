"""The log: one JSON line per event on standard error, third-party loggers included, with allowed fields only."""

import ast
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import responses
import structlog
from log_capture import configured_log

import cds_service
from cds_service.errors import StoreUnavailable
from cds_service.log import log_uncaught_errors, set_call_fields
from cds_service.log.allow_list import EVENTS, FIELDS, apply_allow_list
from cds_service.service.catalogue import SERVICES

CANARY = "Erika Mustermann 1961-04-01"
_LOGGED = {"debug", "info", "warning", "error", "critical", "exception"}
PACKAGE = Path(cds_service.__file__).parent


def lines(written: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_events_are_json_lines_with_level_and_timestamp() -> None:
    with configured_log("info") as written:
        structlog.get_logger("ours").info("hook answered", cards=["wrong-side-order"])
        logging.getLogger("cds_service.store").warning("store away", extra={"waiting": 3})
        logging.getLogger("others").warning("plain %s", "words")
    ours, store, others = lines(written)
    assert (ours["event"], ours["level"], ours["cards"]) == ("hook answered", "info", ["wrong-side-order"])
    assert (store["event"], store["level"], store["waiting"]) == ("store away", "warning", 3)
    assert (others["event"], others["level"], others["logger"]) == ("message withheld", "warning", "others")
    assert ours["timestamp"].endswith("Z")


def test_less_urgent_events_are_left_out() -> None:
    with configured_log("warning") as written:
        structlog.get_logger("ours").info("hook answered")
        logging.getLogger("others").info("plain")
        structlog.get_logger("ours").error("internal error")
    assert [line["event"] for line in lines(written)] == ["internal error"]


def test_configured_again_it_writes_once() -> None:
    with configured_log("info") as first, configured_log("info") as second:
        structlog.get_logger("ours").info("hook answered")
    assert (first.getvalue(), len(second.getvalue().splitlines())) == ("", 1)


def test_what_is_bound_to_a_call_is_in_each_of_its_lines() -> None:
    with configured_log("info") as written:
        set_call_fields({"request_id": "r-0", "trace_id": "0" * 32})
        set_call_fields({"request_id": "r-1", "who": CANARY})
        structlog.get_logger("ours").info("hook answered")
        logging.getLogger("cds_service.store").warning("store away")
        set_call_fields({})
    assert [line["request_id"] for line in lines(written)] == ["r-1", "r-1"]
    assert CANARY not in written.getvalue()
    assert "trace_id" not in written.getvalue()  # of the call before


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize(
    "value",
    [CANARY, "Mustermann, Erika", "1961-04-01 ", [CANARY], {CANARY: 1}, {"a": CANARY}, (CANARY,), object(), None],
)
def test_no_field_takes_a_name_or_a_thing(name: str, value: Any) -> None:
    event = apply_allow_list(None, "info", {"event": "feedback", name: value})
    words = {"says"}  # only ever filled from an error of ours, see the next tests
    assert name in words or name == "event" or name not in event
    assert event["event"] == ("unlisted event" if name == "event" else "feedback")


def test_what_is_not_on_the_list_is_dropped_and_counted() -> None:
    with configured_log("info") as written:
        structlog.get_logger("ours").info(f"hook answered for {CANARY}", patient=CANARY, cards=[CANARY], status=200)
    [line] = lines(written)
    assert (line["event"], line["status"], line["withheld"]) == ("unlisted event", 200, 3)
    assert "Erika" not in written.getvalue()


def _fail() -> None:
    secret = CANARY
    raise LookupError(f"no record of {secret}")


def test_an_exception_is_its_type_and_locations() -> None:
    with configured_log("info") as written:
        try:
            _fail()
        except LookupError:
            structlog.get_logger("ours").exception("internal error", stack_info=True)
            logging.getLogger("others").exception("failed on %s", CANARY, stack_info=True)
    for line in lines(written):
        assert line["kind"] == "LookupError"
        assert [place.rpartition(":")[0] for place in line["trace"]] == ["test_log.py", "test_log.py"]
        assert "says" not in line
    assert "Erika" not in written.getvalue()


def test_our_own_errors_keep_their_message() -> None:
    with configured_log("info") as written:
        structlog.get_logger("ours").error("store unavailable", exc_info=StoreUnavailable("the store is busy"))
    [line] = lines(written)
    assert (line["kind"], line["says"], line["where"]) == ("StoreUnavailable", "the store is busy", "unknown:0")


@responses.activate
def test_no_url_reaches_the_log_whoever_logs_it() -> None:
    """urllib3 and requests log whole URLs at debug level, and the URL of a FHIR search holds the patient id."""
    responses.get("http://127.0.0.1:9/fhir/Patient/CANARY-17", json={})
    with configured_log("debug") as written:
        requests.get("http://127.0.0.1:9/fhir/Patient/CANARY-17", timeout=1)
        for name in (
            "urllib3.connectionpool",
            "sqlalchemy.engine",
            "alembic",
            "granian.access",
            "_granian",
            "py.warnings",
        ):
            logging.getLogger(name).error("GET /fhir/Patient/%s worker-1", "CANARY-17", extra={"url": "CANARY-17"})
            logging.getLogger(name).error("GET /fhir/Patient/CANARY-17")
    assert len(lines(written)) >= 10
    assert "CANARY" not in written.getvalue()


def test_the_servers_messages_about_its_workers_are_kept() -> None:
    with configured_log("info") as written:
        logging.getLogger("_granian").error("Unexpected exit from worker-2")
        logging.getLogger("_granian").info("Spawning worker-2 with PID: 12")
        logging.getLogger("_granian").error("Respawning worker-2 for CANARY")
    event, withheld = lines(written)
    assert (event["event"], event["says"], event["worker"]) == ("server event", "Unexpected exit from worker-2", 2)
    assert withheld["event"] == "message withheld"


@pytest.fixture
def watched() -> Iterator[None]:
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    log_uncaught_errors()
    yield
    logging.captureWarnings(capture=False)
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks


class _FailsWhenFreed:
    def __del__(self) -> None:
        _fail()


@pytest.mark.usefixtures("watched")
def test_uncaught_errors_and_warnings_are_logged_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    with configured_log("info") as written:
        thread = threading.Thread(target=_fail)
        thread.start()
        thread.join()
        try:
            _fail()
        except LookupError as error:
            sys.excepthook(LookupError, error, error.__traceback__)
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
        _FailsWhenFreed()
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            logging.captureWarnings(capture=False)  # the block above has put its own function in place
            logging.captureWarnings(capture=True)
            warnings.warn(CANARY, stacklevel=1)
    assert [line["event"] for line in lines(written)] == ["stray error"] * 3 + ["message withheld"]
    assert "Erika" not in written.getvalue() + "".join(capsys.readouterr())


def test_a_line_that_cannot_be_written_prints_no_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    with configured_log("info") as written:
        logging.getLogger("others").error("%d", CANARY)
    assert not written.getvalue()
    assert "Erika" not in "".join(capsys.readouterr())


def _events() -> Iterator[tuple[str, ast.expr]]:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            call = node.func if isinstance(node, ast.Call) else None
            if isinstance(call, ast.Attribute) and call.attr in _LOGGED and ast.unparse(call.value).endswith("logger"):
                assert isinstance(node, ast.Call)
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", node.args[0]


def test_every_event_in_the_code_is_a_listed_literal_and_every_listed_event_is_used() -> None:
    events = dict(_events())
    wrong = [
        where for where, event in events.items() if not isinstance(event, ast.Constant) or event.value not in EVENTS
    ]
    assert not wrong
    used = {event.value for event in events.values() if isinstance(event, ast.Constant)}
    assert used | {"message withheld", "server event"} == EVENTS


def test_the_services_of_the_list_are_the_services_offered() -> None:
    assert all(FIELDS["service"](service) for service in SERVICES)
