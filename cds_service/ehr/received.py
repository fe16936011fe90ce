"""A response of a FHIR server."""

from typing import NamedTuple


class Received(NamedTuple):
    """A body, and the media type that the server states for it."""

    body: bytes
    content_type: str = ""
