"""The bodies that are sent: the same again and again, or never the same twice; every one earns what its chart earns."""

import re
from itertools import islice

import orjson
import pytest

from benchmarks.bodies import patient_view
from benchmarks.calls import CARD, CHARTS, Chart, bodies, streams
from benchmarks.dating import WRITTEN
from benchmarks.pipeline import answer, engine

KINDS = [(chart, differ) for chart in CHARTS for differ in (False, True)]


def texts(body: bytes) -> set[str]:
    return set(re.findall(r'"(?:text|display)":"([^"]+)"', body.decode()))


def days(body: bytes) -> set[str]:
    return set(re.findall(r'"(\d{4}-\d{2}-\d{2})[T"]', body.decode()))


def test_a_body_that_repeats_is_the_one_that_was_always_measured() -> None:
    first, second = islice(bodies(CARD, WRITTEN, differ=False), 2)
    assert first == second
    assert texts(first) == texts(patient_view())


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
def test_bodies_that_differ_share_no_text_and_no_id_and_have_other_dates(chart: Chart) -> None:
    first, second = (orjson.loads(body) for body in islice(bodies(chart, WRITTEN, differ=True), 2))
    ids = [
        {entry["resource"]["id"] for bundle in body["prefetch"].values() if bundle for entry in bundle.get("entry", [])}
        for body in (first, second)
    ]
    assert len(ids[0]) == len(ids[1]) >= 69
    assert not ids[0] & ids[1]
    assert not texts(orjson.dumps(first)) & texts(orjson.dumps(second)) - {"Office visit"}
    assert days(orjson.dumps(first)) != days(orjson.dumps(second))
    assert first["hookInstance"] != second["hookInstance"]
    assert first["context"]["patientId"] == first["prefetch"]["patient"]["id"] != second["prefetch"]["patient"]["id"]


def test_no_text_of_one_chart_is_one_of_the_other() -> None:
    first, second = (texts(next(bodies(chart, WRITTEN, differ=True))) for chart in CHARTS)
    assert first & second == {"Office visit"}


def test_bodies_that_differ_are_as_large_as_the_one_that_repeats() -> None:
    same, other = (next(bodies(CARD, WRITTEN, differ=differ)) for differ in (False, True))
    assert len(same) <= len(other) <= 1.02 * len(same)


def test_each_kind_of_call_is_sent_once() -> None:
    assert [(chart, differ) for chart, differ, _ in streams(WRITTEN)] == KINDS


@pytest.mark.usefixtures("loaded_once")
@pytest.mark.parametrize(("chart", "differ"), KINDS)
def test_every_body_earns_what_its_chart_earns(chart: Chart, differ: bool) -> None:
    running = engine()
    answers = [answer(running, body)() for body in islice(bodies(chart, WRITTEN, differ=differ), 9)]
    assert all(chart.expected in each for each in answers)
    assert not any(other.expected in each for each in answers for other in CHARTS if other is not chart)
