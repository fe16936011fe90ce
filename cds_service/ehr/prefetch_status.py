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
    statuses = {key.name: "absent" for key in keys}
    for name, decoded in received.items():
        if decoded.resources or decoded.unreadable:
            statuses[name] = "data"
        else:
            statuses[name] = "failed" if decoded.is_failure else "empty"
    return {**statuses, **dict.fromkeys(odd, "failed")} if odd else statuses
