"""The application of each `serve` worker, behind the adapter that receives request bodies."""

import gc

from cds_service.app import create_service
from cds_service.body_intake.body_buffer import BodyBuffer
from cds_service.body_intake.wsgi_adapter import RsgiAdapter
from cds_service.settings import load_settings
from cds_service.startup_state import StartupState
from cds_service.web.front import CALLER_VARIABLE, PLACE_VARIABLE
from cds_service.web.operator_routes import PROBE_HEADERS

_NEW_OBJECTS = 50_000  # at which the garbage collector looks for cycles; Python's default is 700
_inherited_state: list[StartupState] = []  # empty if workers are not forked: each then builds its own


def share_with_workers(startup_state: StartupState) -> None:
    """Share this state with the workers forked from now on, without copying it.

    So all workers, restarted ones too, use the content that was checked at start-up.
    """
    _inherited_state[:] = [startup_state]
    _keep_what_is_built()


def create_rsgi_app() -> RsgiAdapter:
    """Create the application of a worker, with settings from the environment and the file it names."""
    settings = load_settings()
    body_buffer = BodyBuffer(settings.body_limit, settings.body_seconds)
    service = create_service(*_inherited_state)
    service.front.endpoints.is_store_up()  # the first result is waited for, but by no probe
    adapter = RsgiAdapter(
        service.app, service.front, body_buffer, settings.threads, (CALLER_VARIABLE, PLACE_VARIABLE), PROBE_HEADERS
    )
    _keep_what_is_built()
    return adapter


def _keep_what_is_built() -> None:
    """Let the garbage collector leave alone what was built: it stays.

    In a worker the first full collection would otherwise touch, and so copy, all that it shares. None goes before: it
    takes a tenth of the start, and what it frees are gaps in shared pages, which workers fill and so copy. A call makes
    some thousand objects, nearly all freed when their last user is done with them: by Python's default, the collector
    would go through them several times in each call.
    """
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)
