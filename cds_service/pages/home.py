"""What the first page says: what this service is, in which state it runs, and where to go from here."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cds_service.model.advisories import Advisory
from cds_service.model.edition import Edition

_EVERYWHERE: Final = (
    {"href": "about", "label": "About the advice", "says": "Purpose, users, limits, rules and sources."},
    {"href": "cds-services", "label": "CDS Hooks discovery", "says": "The three services and the data they ask for."},
    {"href": "openapi.json", "label": "OpenAPI description", "says": "Every route with its schemas."},
    {"href": "readyz", "label": "Readiness", "says": "Whether it can take calls now."},
)
_TRY: Final = {
    "href": "try#scenario=article-patient",
    "label": "Try it",
    "says": "Begin with a patient, change the findings, the note or the order, and see what card an EHR would get.",
}


def build_home(
    versions: Mapping[str, str], edition: Edition, advisories: Sequence[Advisory], purpose: str
) -> dict[str, Any]:
    """Build what the page shows and its JSON holds. `versions` has the keys of `/version`.

    In production there is no page to try the service, so nothing leads there.
    """
    is_demo = versions["mode"] == "demo"
    return {
        "name": "hip-spine-cds",
        "purpose": purpose,
        "mode": versions["mode"],
        "service": versions["service"],
        "content": {
            "version": edition.full_version,
            "digest": edition.full_digest,
            "date": edition.date.isoformat(),
            "review_by": edition.review_by.isoformat() if edition.review_by else None,
            "is_signed_off": edition.sign_off is not None,
            "sign_off": edition.sign_off_state,
        },
        "advisories": [advisory.statement for advisory in advisories],
        "links": [*([_TRY] if is_demo else []), *_EVERYWHERE],
    }
