"""The response of a call, as values and as bytes: its cards, its ratings, and what the client's team should know."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from cds_service.fhir.chart_data import MissingKey
from cds_service.wire.response import Action, Card, Extension, HookResponse, Missing


class BuiltResponse(NamedTuple):
    """A response and its JSON."""

    response: HookResponse
    body: bytes


def build_response(
    cards: list[Card], actions: Sequence[Action], missing: tuple[MissingKey, ...], withheld: tuple[str, ...]
) -> BuiltResponse:
    """Build a response. `actions` rate the client's own orders; `missing` and `withheld` go to its extension."""
    if not cards and not actions:
        return build_silence(missing, withheld)
    response = HookResponse(
        cards=cards, systemActions=list(actions) or None, extension=_build_extension(actions, missing, withheld)
    )
    return BuiltResponse(response, response.to_json())


@lru_cache(maxsize=256)  # the answer to nearly every call; a client leaves out the same keys every time
def build_silence(missing: tuple[MissingKey, ...] = (), withheld: tuple[str, ...] = ()) -> BuiltResponse:
    """Build the response without cards."""
    response = HookResponse(cards=[], extension=_build_extension((), missing, withheld))
    return BuiltResponse(response, response.to_json())


def _build_extension(
    actions: Sequence[Action], missing: tuple[MissingKey, ...], withheld: tuple[str, ...]
) -> Extension | None:
    if not (actions or missing or withheld):
        return None
    told = [Missing.model_validate(one._asdict()) for one in missing]
    return Extension(
        systemActions=list(actions) or None, missing=told or None, restraintWithheld=list(withheld) or None
    )


NO_ANSWER: Final = build_silence()
