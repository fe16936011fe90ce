"""The discovery answer (CDS Hooks 2.0, "Discovery"), with the additive members of the 3.0 ballot."""

from cds_service.wire.response import NonEmptyString, ResponseModel

SPECIFICATION_VERSION = "2.0.1"
HOOK_VERSION = "1.0"


class ServiceDescription(ResponseModel):
    """One service: how to call it and what data to send."""

    hook: NonEmptyString
    id: NonEmptyString
    title: NonEmptyString
    description: NonEmptyString
    prefetch: dict[str, str]
    usageRequirements: NonEmptyString  # noqa: N815 - the specification's name
    version: str = SPECIFICATION_VERSION
    hookVersion: str = HOOK_VERSION  # noqa: N815 - the specification's name


class Discovery(ResponseModel):
    """All services."""

    services: list[ServiceDescription]
