"""Caches the start-up state for all tests of a process: building it takes most of an application's start."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import cds_service.app
import cds_service.engine
import cds_service.startup_state
from cds_service.knowledge import Knowledge, load_knowledge, shipped_cards

PARTS = (  # none of them stores data of a call
    (cds_service.startup_state, "build_card_maker"),
    (cds_service.app, "build_about_page"),
    (cds_service.engine, "build_prefetch_keys"),
    (cds_service.startup_state, "ChartReader"),
)
_MADE: dict[tuple[object, ...], tuple[Any, object]] = {}


def make_once(make: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a builder so that it runs once for the same arguments."""

    @wraps(make, updated=())
    def made(*arguments: Any) -> Any:
        key = (
            make.__name__,
            *(argument if isinstance(argument, str | None) else id(argument) for argument in arguments),
        )
        if key not in _MADE:
            _MADE[key] = (make(*arguments), arguments)  # with the arguments, so that their ids are not reused
        return _MADE[key][0]

    return made


def read_once(knowledge: Knowledge) -> Callable[..., Knowledge]:
    """Return a loader that has loaded the shipped content already."""

    def read(cards: Path, site: Path | None = None) -> Knowledge:
        return knowledge if (cards, site) == (shipped_cards(), None) else load_knowledge(cards, site)

    return read
