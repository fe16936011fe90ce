"""What each worker of `serve` runs: the application, behind the front that takes bodies in."""

import gc

from cds_service.app import create_app
from cds_service.body_intake.body_buffer import BodyBuffer
from cds_service.body_intake.wsgi_adapter import RsgiAdapter
from cds_service.settings import load_settings
from cds_service.startup_state import StartupState
from cds_service.web.hook_routes import accepts_body

_inherited_state: list[StartupState] = []  # empty where workers are not forked: each then prepares for itself


def share_with_workers(startup_state: StartupState) -> None:
    """Have the workers that are forked from now on use this, in the memory it has here.

    So all of them, those started anew later too, speak from the content that was checked at the start.
    """
    _inherited_state[:] = [startup_state]
    gc.collect()
    gc.freeze()  # or the first full collection of each worker would touch all of it, and so copy it


def create_rsgi_app() -> RsgiAdapter:
    """The front of one worker, all settings from the environment and the file it names."""
    settings = load_settings()
    room = BodyBuffer(settings.body_limit, settings.body_seconds)
    return RsgiAdapter(create_app(*_inherited_state), room, settings.threads, accepts_body)
