"""The status in which each prefetch key arrived (CDS Hooks 2.0, "Prefetch"), for operators: fixed words, no data."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from cds_service.ehr.prefetch_templates import PrefetchKey
from cds_service.fhir.bundles import DecodedResources

PREFETCH_STATUSES: Final = ("absent", "empty", "failed", "data")


def classify_prefetch(
    keys: Iterable[PrefetchKey], received: Mapping[str, DecodedResources], odd: Collection[str] = ()
) -> dict[str, str]:
    """Return the status of each key: not sent, sent without data, failed, or sent with data.

    Failed is an OperationOutcome, or what is neither Bundle nor resource (`odd`).
    """
    return {key.name: "failed" if key.name in odd else _status_of(received.get(key.name)) for key in keys}


def _status_of(decoded: DecodedResources | None) -> str:
    if decoded is None:
        return "absent"
    if decoded.resources or decoded.unreadable:
        return "data"
    return "failed" if decoded.is_failure else "empty"
