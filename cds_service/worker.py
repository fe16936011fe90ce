"""What each worker of `serve` runs: the application, behind the front that takes bodies in."""

from cds_service.app import create_app
from cds_service.front.arriving import Room
from cds_service.front.calling import Front
from cds_service.settings import load_settings
from cds_service.web.routes import takes_body


def create_front() -> Front:
    """The front of one worker, all settings from the environment and the file it names."""
    settings = load_settings()
    room = Room(settings.body_limit, settings.body_seconds)
    return Front(create_app(), room, settings.threads, takes_body)
