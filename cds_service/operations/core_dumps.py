"""Forbids core dumps: the memory of a worker holds charts, and a dump would leave them on the disk."""

import resource

_LIMIT = 1  # byte. With 0, Linux still pipes a dump to a program that is set for it; with 1 it makes none at all.


def forbid_core_dumps() -> None:
    """Forbid them for this process and those that it starts."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    limit = 0 if hard == 0 else _LIMIT
    resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))
