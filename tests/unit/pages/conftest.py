"""The page to try the service, without a server around it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from cds_service.engine import build_engine
from cds_service.knowledge import Knowledge
from cds_service.knowledge.shipped import shipped_examples
from cds_service.pages.try_page import PreparedCall, TryPage
from cds_service.service.card_recorder import NullRecorder
from cds_service.service.hook_service import CallResult
from cds_service.settings import Settings
from cds_service.startup_state import StartupState, build_card_maker, build_chart_reader
from tests.liveness import LIVENESS_S

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def page(knowledge: Knowledge) -> Iterator[TryPage]:
    state = StartupState(knowledge, build_card_maker(knowledge), build_chart_reader(knowledge))
    settings = Settings(call_deadline=LIVENESS_S, fhir_deadline=LIVENESS_S)
    engine = build_engine(settings, state, recorder=NullRecorder(), clock=lambda: NOW)
    yield TryPage(engine.service, knowledge, engine.prefetch_keys, shipped_examples())
    engine.service.gatherer._client.close()


def form(*ticks: str, **fields: str) -> MultiDict[str, str]:
    return MultiDict([*(("f", tick) for tick in ticks), *((name.replace("__", "."), fields[name]) for name in fields)])


def answer(call: PreparedCall) -> CallResult:
    request = call.service.decode_request(call.request.body, call.entry.accepted_hooks)
    return call.service.answer_call(call.entry.id, request, "demo", explain=True)


@pytest.fixture
def judge(page: TryPage) -> Callable[..., Any]:
    def judge(*ticks: str, **fields: str) -> Any:
        return answer(page.prepare(form(*ticks, **fields)))

    return judge
