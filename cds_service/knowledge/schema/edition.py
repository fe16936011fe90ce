"""The shape of the manifest and of the sign-off."""

import datetime
from typing import Annotated

from pydantic import StringConstraints

from cds_service.knowledge.schema.base import StrictModel, Text


class ManifestFile(StrictModel):
    """Which content this is."""

    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    date: datetime.date
    title: Text
    review_by: datetime.date


Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class SignOffFile(StrictModel):
    """Who signed off the content of which digest; `site`: the digest of the overlay that lay on it."""

    name: Text
    role: Text
    date: datetime.date
    digest: Digest
    site: Digest | None = None
