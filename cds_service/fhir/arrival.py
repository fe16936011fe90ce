"""In what state each prefetch key arrived (CDS Hooks 2.0, "Prefetch"), for operators: words of ours, no data."""

from collections.abc import Iterable, Mapping
from typing import Final

from cds_service.fhir.bundles import Decoded
from cds_service.fhir.templates import PrefetchKey

ARRIVALS: Final = ("absent", "empty", "failed", "data")


def arrivals(keys: Iterable[PrefetchKey], sent: Mapping[str, Decoded]) -> dict[str, str]:
    """Each key's state: not sent, sent with nothing in it, sent as an OperationOutcome, or with data."""
    return {key.name: _arrival(sent.get(key.name)) for key in keys}


def _arrival(decoded: Decoded | None) -> str:
    if decoded is None:
        return "absent"
    if decoded.resources or decoded.unreadable:
        return "data"
    return "failed" if decoded.is_failure else "empty"
