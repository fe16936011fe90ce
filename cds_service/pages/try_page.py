"""The page to try the service: what was chosen is made a request, answered as any other call, and explained."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from werkzeug.datastructures import MultiDict

from cds_service.chart.text_reading import TextReader
from cds_service.ehr.prefetch_templates import PrefetchKey
from cds_service.errors import CallerFault, ServiceError
from cds_service.knowledge import Knowledge
from cds_service.pages.choices import list_finding_groups, list_orders
from cds_service.pages.composing import ComposedRequest, RequestComposer
from cds_service.pages.notes import NoteMarker
from cds_service.pages.scenarios import load_scenarios
from cds_service.pages.state import Choices, FormReader, TryState
from cds_service.service.catalogue import SERVICES, ServiceEntry
from cds_service.service.hook_service import CallResult, HookService
from cds_service.service.other_day import as_of
from cds_service.wire.request import PATIENT_VIEW


@dataclass(frozen=True, slots=True)
class PreparedCall:
    """A call that is about to be answered. `service` judges it on `day`."""

    state: TryState
    request: ComposedRequest
    entry: ServiceEntry
    service: HookService
    day: date
    is_today: bool


@dataclass(frozen=True, slots=True)
class AnsweredCall:
    """A call and its result, or the error that its client gets instead."""

    call: PreparedCall
    result: CallResult | None
    error: ServiceError | None = None

    @property
    def status(self) -> int:
        """The HTTP status that the call itself got."""
        if self.error is None:
            return 200
        return self.error.status if isinstance(self.error, CallerFault) else 503


class TryPage:
    """Prepares calls from what was chosen. Created once, in demo mode."""

    def __init__(
        self, service: HookService, knowledge: Knowledge, keys: tuple[PrefetchKey, ...], examples: Path
    ) -> None:
        self.knowledge = knowledge
        self.keys = keys
        self.choices = Choices(
            load_scenarios(examples),
            list_finding_groups(knowledge),
            list_orders(knowledge),
            tuple(key.name for key in keys),
        )
        self.service = service
        self._form_reader = FormReader(self.choices)
        self._composer = RequestComposer(self.choices, keys, knowledge.content.findings)

    @cached_property
    def marker(self) -> NoteMarker:
        """What marks notes. Made for the first visitor: it would take a fifth of a second of every start."""
        knowledge = self.knowledge
        reader = TextReader(knowledge.narrative, knowledge.content.findings, knowledge.screen)
        return NoteMarker(reader, knowledge.content.findings)

    def prepare(self, form: MultiDict[str, str]) -> PreparedCall:
        """Return the call of a form.

        Raises:
            BadRequest: naming the field of the form that is at fault.
        """
        state = self._form_reader.read(form)
        today = self.service.clock().astimezone(self.service.time_zone).date()
        scenario = self.choices.scenarios.get(state.scenario)
        day = state.day or (scenario.on if scenario else today)
        request = self._composer.compose(state, day)
        service = self.service if day == today else as_of(self.service, day)
        return PreparedCall(state, request, _find_entry(request), service, day, day == today)

    def answer(self, call: PreparedCall, answer: Callable[[PreparedCall], CallResult]) -> AnsweredCall:
        """Answer a call; an error is what its client would get, so it is shown and not raised."""
        try:
            return AnsweredCall(call, answer(call))
        except ServiceError as error:
            return AnsweredCall(call, None, error)


def _find_entry(request: ComposedRequest) -> ServiceEntry:
    """Return the service that an EHR would call for the request's hook; one without a known hook is refused there."""
    hook = request.sent.get("hook") if request.sent else None
    by_hook = {entry.hook: entry for entry in SERVICES.values()}
    return by_hook.get(hook) if isinstance(hook, str) and hook in by_hook else by_hook[PATIENT_VIEW]  # type: ignore[return-value]  # looked up above
