"""The least a WSGI service can do: read the body, give a fixed answer; on granian with our service's settings.

`python -m benchmarks.static_reply PORT WORKERS`; the answer is the content of the file STATIC_REPLY names.
"""

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import Interfaces

from cds_service.settings import Settings

ANSWER_VARIABLE = "STATIC_REPLY"


def make() -> Callable[..., Iterable[bytes]]:
    """The application, made once in each worker."""
    answer = Path(os.environ[ANSWER_VARIABLE]).read_bytes()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))]

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        start_response("200 OK", headers)
        return [answer]

    return application


def main() -> None:
    """Serve, with the settings of `hip-spine-cds serve`."""
    port, workers = map(int, sys.argv[1:])
    server: Any = Granian(  # granian picks its server class at run time
        "benchmarks.static_reply:make",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=Settings().threads,
        backlog=1024,
        factory=True,
        respawn_failed_workers=True,
        websockets=False,
        log_enabled=False,
    )
    server.serve()


if __name__ == "__main__":
    main()
