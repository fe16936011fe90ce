"""The most memory that a service can take, computed from its settings; `test_overload` measures it.

A process before its first call, and what each worker does not share with the others, were measured.
"""

from typing import Final

from cds_service.body_intake import body_buffer
from cds_service.settings import Settings

PROCESS_MIB: Final = 140  # the supervising process, with what its workers share
WORKER_MIB: Final = 50  # a worker's own, after some hundred ordinary calls
_MIB: Final = 2**20
_COPIES: Final = 2  # a body is held twice while its parts are put together


def calls_mib(settings: Settings) -> float:
    """Return the MiB that a worker can take for all calls and bodies at the same time."""
    bodies = _COPIES * body_buffer._MAX_FULL_SIZE_BODIES * settings.body_limit / _MIB
    return settings.call_memory + bodies


def worker_mib(settings: Settings) -> float:
    """Return the MiB of a worker at most, with what it shares."""
    return PROCESS_MIB + calls_mib(settings)


def service_mib(settings: Settings) -> float:
    """Return the MiB of all processes at most."""
    return PROCESS_MIB + settings.workers * (WORKER_MIB + calls_mib(settings))
