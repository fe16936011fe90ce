"""What each worker of `serve` runs: the application, behind the front that takes bodies in."""

import gc

from cds_service.app import create_app
from cds_service.front.arriving import Room
from cds_service.front.calling import Front
from cds_service.prepared import Prepared
from cds_service.settings import load_settings
from cds_service.web.routes import takes_body

_shared: list[Prepared] = []  # empty where workers are not forked: each then prepares for itself


def share(prepared: Prepared) -> None:
    """Have the workers that are forked from now on use this, in the memory it has here.

    So all of them, those started anew later too, speak from the content that was checked at the start.
    """
    _shared[:] = [prepared]
    gc.collect()
    gc.freeze()  # or the first full collection of each worker would touch all of it, and so copy it


def create_front() -> Front:
    """The front of one worker, all settings from the environment and the file it names."""
    settings = load_settings()
    room = Room(settings.body_limit, settings.body_seconds)
    return Front(create_app(*_shared), room, settings.threads, takes_body)
