"""A loaded service whose FHIR server's faults come and go. `python -m benchmarks.faults` is the same for a minute."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import fault_judging
from benchmarks.fault_charts import BROUGHT, FETCHED, charts
from benchmarks.fault_judging import Judge, WrongAnswer
from benchmarks.fault_load import SINGLY, Came, Sent, Switched, name_of
from benchmarks.faults import under_faults

SECONDS = 8.0
CHART = "buttock-to-calf-hip-order"


def test_no_answer_is_wrong_while_faults_come_and_go() -> None:
    report = under_faults(SECONDS, SINGLY)
    assert not report.wrong, report.wrong[:3]
    came = {outcome for _, outcome in report.outcomes}
    assert came >= {"right", "right, the gap named", "412, asked for"}
    assert report.outcomes[BROUGHT, "right"] == len(report.seconds[BROUGHT])


@pytest.fixture
def judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Judges one answer, of a call that lacks these gaps, while Procedures fail; the service is not asked."""
    chart = charts()[CHART]
    named = json.dumps({"cards": [{"detail": "Procedures: not read."}]})

    def post(_port: int, _path: str, body: bytes) -> str:
        asked = json.loads(body)["prefetch"]["procedures"]["resourceType"]
        return named if asked == "OperationOutcome" else json.dumps(chart.scenario.response)

    monkeypatch.setattr(fault_judging, "_post", post)

    def outcome(status: int, text: str, way: str = FETCHED, **gaps: str) -> str:
        line = {"event": "hook answered", "request_id": name_of(1), "gaps": gaps}
        (tmp_path / "log").write_text(json.dumps(line))
        on = [Switched({"Procedure": "500"}, 0.0, 9.0)]
        fault_judge = Judge(0, {CHART: chart}, tmp_path / "log", on)
        return fault_judge.outcome(Came(Sent(CHART, way, chart.path, b""), 1, 1.0, 2.0, status, text))

    return outcome


RIGHT, NAMED = charts()[CHART].right, json.dumps({"cards": [{"detail": "Procedures: not read."}]})
LOST = {"procedures": "unread:status-500"}


def refusal(key: str, words: str = "it answered 500", code: str = "not-found") -> str:
    return json.dumps({"issue": [{"code": code, "expression": [f"prefetch.{key}"], "diagnostics": words}]})


@pytest.mark.parametrize(
    ("status", "text", "gaps", "expected"),
    [
        (200, RIGHT, {}, "right"),
        (200, NAMED, LOST, "right, the gap named"),
        (412, refusal("conditions", "it did not answer in time"), {}, "412, late"),
        (412, refusal("patient", "it has failed repeatedly"), {}, "412, at rest"),
        (503, refusal("patient", code="timeout"), {}, "503, out of time"),
    ],
)
def test_right_answers_are_taken_for_right(
    judge: Callable[..., str], status: int, text: str, gaps: dict[str, str], expected: str
) -> None:
    assert judge(status, text, **gaps) == expected


@pytest.mark.parametrize(
    ("status", "text", "gaps"),
    [
        (200, '{"cards": []}', {}),  # silence
        (200, NAMED, {}),  # another answer than the scenario's
        (200, RIGHT, LOST),  # the gap not named
        (200, NAMED, {"observations": "unread:status-500"}),  # another gap than is on the card
        (200, NAMED, {"procedures": "unread:status-500", "reports": "unread:malformed"}),
        (412, refusal("procedures"), {}),  # an optional key
        (412, refusal("conditions"), {}),  # nothing of its was failing
        (500, refusal("conditions"), {}),
        (503, refusal("conditions"), {}),
    ],
)
def test_wrong_answers_are_taken_for_wrong(
    judge: Callable[..., str], status: int, text: str, gaps: dict[str, str]
) -> None:
    with pytest.raises(WrongAnswer):
        judge(status, text, **gaps)


def test_a_call_that_brings_everything_may_never_be_refused(judge: Callable[..., str]) -> None:
    with pytest.raises(WrongAnswer):
        judge(412, refusal("conditions", "it did not answer in time"), way=BROUGHT)
