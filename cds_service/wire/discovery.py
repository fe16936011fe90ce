"""The discovery response (CDS Hooks 2.0, "Discovery"), with the members that the 3.0 ballot adds."""

from cds_service.wire.response import NonEmptyString, ResponseModel

SPECIFICATION_VERSION = "2.0.1"
HOOK_VERSION = "1.0"


class ServiceDescription(ResponseModel):
    """A service: how to call it and which data to send."""

    hook: NonEmptyString
    id: NonEmptyString
    title: NonEmptyString
    description: NonEmptyString
    prefetch: dict[str, str]
    usageRequirements: NonEmptyString  # noqa: N815 - the specification's name
    version: str = SPECIFICATION_VERSION
    hookVersion: str = HOOK_VERSION  # noqa: N815 - the specification's name


class Discovery(ResponseModel):
    """The list of all services."""

    services: list[ServiceDescription]
