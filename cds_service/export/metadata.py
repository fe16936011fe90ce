"""The elements that all exported resources share. They do not depend on when or where the export runs."""

import re
from typing import Any, TypeAlias

from cds_service.model.edition import Edition
from cds_service.model.vocabulary import CANONICAL_BASE

Resource: TypeAlias = dict[str, Any]


def build_metadata(resource_type: str, resource_id: str, title: str, description: str, edition: Edition) -> Resource:
    """Build the shared elements of a resource, which is draft and experimental until the content is signed off."""
    return {
        "resourceType": resource_type,
        "id": resource_id,
        "url": canonical_url(resource_type, resource_id),
        "version": edition.full_version,
        "name": computable_name(f"hip-spine-{resource_id}"),
        "title": title,
        "status": "active" if edition.sign_off else "draft",
        "experimental": edition.sign_off is None,
        "date": edition.date.isoformat(),
        "publisher": "hip-spine-cds",
        "description": f"{description} {edition.statement}.",
    }


def canonical_url(resource_type: str, resource_id: str) -> str:
    """Return the canonical URL of one of our resources."""
    return f"{CANONICAL_BASE}/{resource_type}/{resource_id}"


def computable_name(text: str) -> str:
    """Convert text to a computable name: letters and digits, with a capital first (R4, invariant vsd-0)."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", text))
