"""The discovery answer (CDS Hooks 2.0, "Discovery"), with the additive members of the 3.0 ballot."""

from cds_service.wire.response import Filled, Wire

SPECIFICATION_VERSION = "2.0.1"
HOOK_VERSION = "1.0"


class ServiceDescription(Wire):
    """One service: how to call it and what data to send."""

    hook: Filled
    id: Filled
    title: Filled
    description: Filled
    prefetch: dict[str, str]
    usageRequirements: Filled  # noqa: N815 - the specification's name
    version: str = SPECIFICATION_VERSION
    hookVersion: str = HOOK_VERSION  # noqa: N815 - the specification's name


class Discovery(Wire):
    """All services."""

    services: list[ServiceDescription]
