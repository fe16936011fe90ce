"""Nothing repeats: what a user sees when a call comes again after an answer (`repeats.toml`)."""

import json
import tomllib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cds_service.service.catalogue import SERVICES

from .calling import service_for
from .chart_reading import NOW, ShortChart
from .scenarios import Scenario

Json = dict[str, Any]
REPEATS = tomllib.loads((Path(__file__).parent / "repeats.toml").read_text(encoding="utf-8"))["repeat"]
_LATER_KEYS = {"days", "add", "order", "user", "hook", "expect"}


@dataclass
class User:
    """One user's calls, to services on one store, each on its own day."""

    folder: Path
    shown: list[Json] = field(default_factory=list)

    def call(self, chart: ShortChart, now: datetime = NOW, user: str = "Practitioner/1") -> list[str]:
        """Make the call and return the topics of its cards."""
        body = chart.request()
        body["context"]["userId"] = user
        self.shown = self._post(chart.hook, "", body, now)["cards"]
        return [card["source"]["topic"]["code"] for card in self.shown]

    def answer(self, hook: str, how: str) -> None:
        """Answer each card that was shown last."""
        item: Json = {"outcome": "overridden", "outcomeTimestamp": NOW.isoformat()}
        if how == "reason":
            item["overrideReason"] = {"reason": {"code": "specialist-advice"}}
        for card in self.shown:
            if how == "accepted":
                taken = [{"id": suggestion["uuid"]} for suggestion in card["suggestions"]]
                item |= {"outcome": "accepted", "acceptedSuggestions": taken}
            assert self._post(hook, "/feedback", {"feedback": [item | {"card": card["uuid"]}]}, NOW) == {"stored": 1}

    def _post(self, hook: str, path: str, body: Json, now: datetime) -> Json:
        service_id = next(name for name, service in SERVICES.items() if service.hook == hook)
        day = Scenario(Path("repeats"), "", now.date(), hook, service_id, "")
        with service_for(day, self.folder) as service:
            response = service.test_client().post(f"/cds-services/{service_id}{path}", json=body)
        assert response.status_code == 200, response.get_data(as_text=True)
        answer: Json = json.loads(response.data)
        return answer


def later(chart: ShortChart, given: Json) -> ShortChart:
    """Return the chart as it is when the call comes again."""
    unknown = given.keys() - _LATER_KEYS
    assert not unknown, unknown
    order, hook = given.get("order", chart.order), given.get("hook", chart.hook)
    return replace(chart, record=[*chart.record, *given.get("add", ())], order=order, hook=hook)


@pytest.mark.parametrize("repeat", REPEATS, ids=[repeat["id"] for repeat in REPEATS])
def test_a_call_that_comes_again(repeat: Json, tmp_path: Path) -> None:
    chart = ShortChart(repeat["id"], repeat["title"], repeat["hook"], repeat["record"], order=repeat.get("order", {}))
    user = User(tmp_path)
    assert user.call(chart) == repeat["first"]
    if repeat["answer"] != "ignored":
        user.answer(chart.hook, repeat["answer"])
    for given in repeat["again"]:
        moment = NOW + timedelta(days=given.get("days", 0))
        came = user.call(later(chart, given), moment, given.get("user", "Practitioner/1"))
        assert came == given["expect"], given
