"""Models of the manifest and the sign-off."""

import datetime
from typing import Annotated

from pydantic import StringConstraints

from cds_service.knowledge.schema.base import StrictModel, Text, Version


class ManifestFile(StrictModel):
    """The manifest: the version, date and title of the content."""

    version: Version
    date: datetime.date
    title: Text
    review_by: datetime.date


Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class SignOffFile(StrictModel):
    """A sign-off: who signed off the content with this digest; `site` is the digest of the overlay applied to it."""

    name: Text
    role: Text
    date: datetime.date
    digest: Digest
    site: Digest | None = None
