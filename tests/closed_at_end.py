"""Closes what an application opens, its threads above all: one that goes on would look for its database for ever."""

from collections.abc import Callable
from contextlib import ExitStack
from types import ModuleType
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine

import cds_service.app
import cds_service.engine
import cds_service.store_setup
from cds_service.ehr.client import EhrClient

_CLOSED_BY: dict[tuple[ModuleType, str], Callable[[Any], object]] = {
    (cds_service.app, "connect"): Engine.dispose,
    (cds_service.store_setup, "connect"): Engine.dispose,
    (cds_service.store_setup, "IssuedCards"): lambda issued: issued.close(1),
    (cds_service.store_setup, "CallCounts"): lambda counts: counts.close(1),
    (cds_service.engine, "EhrClient"): EhrClient.close,
}


def close_at_end(opened: ExitStack) -> None:
    """Let all that applications open from now on be closed with this stack, the last first."""
    for (module, name), close in _CLOSED_BY.items():
        opened.enter_context(patch.object(module, name, _closing(getattr(module, name), close, opened)))


def _closing(make: Callable[..., Any], close: Callable[[Any], object], opened: ExitStack) -> Callable[..., Any]:
    def made(*arguments: Any, **options: Any) -> Any:
        thing = make(*arguments, **options)
        opened.callback(close, thing)
        return thing

    return made
