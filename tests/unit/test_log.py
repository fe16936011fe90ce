"""The log: one JSON line for each event on standard error, ours and others' alike."""

import json
import logging

import structlog
from log_capture import configured_log


def test_events_are_json_lines_with_level_and_moment() -> None:
    with configured_log("info") as written:
        structlog.get_logger("ours").info("answered", cards=["x"])
        logging.getLogger("others").warning("plain %s", "words")
    ours, others = (json.loads(line) for line in written.getvalue().splitlines())
    assert (ours["event"], ours["level"], ours["cards"]) == ("answered", "info", ["x"])
    assert (others["event"], others["level"]) == ("plain words", "warning")
    assert ours["timestamp"].endswith("Z")


def test_less_urgent_events_are_left_out() -> None:
    with configured_log("warning") as written:
        structlog.get_logger("ours").info("answered")
        logging.getLogger("others").info("plain")
        structlog.get_logger("ours").error("failed")
    assert [json.loads(line)["event"] for line in written.getvalue().splitlines()] == ["failed"]


def test_configured_again_it_writes_once() -> None:
    with configured_log("info") as first, configured_log("info") as second:
        structlog.get_logger("ours").info("answered")
    assert (first.getvalue(), len(second.getvalue().splitlines())) == ("", 1)
