"""The least a WSGI service can do, on granian's own WSGI interface: read the body, return a fixed answer.

`python -m benchmarks.static_reply read|parse PORT WORKERS`; `parse` reads the body as JSON too. The answer is the
content of the file that STATIC_REPLY names.
"""

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import orjson
from granian import Granian
from granian.constants import Interfaces

from cds_service.settings import Settings

ANSWER_VARIABLE = "STATIC_REPLY"
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def read() -> Application:
    """Return an application that only reads the body; called once in each worker."""
    return _replying(bytes)


def parse() -> Application:
    """Return an application that also parses the body, in the fastest way there is."""
    return _replying(orjson.loads)


def _replying(take: Callable[[bytes], object]) -> Application:
    answer = Path(os.environ[ANSWER_VARIABLE]).read_bytes()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))]

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            take(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        start_response("200 OK", headers)
        return [answer]

    return application


def main() -> None:
    """Serve with as many threads as `hip-spine-cds serve`, without its body intake."""
    kind, port, workers = sys.argv[1:]
    server: Any = Granian(  # granian picks its server class at run time
        f"benchmarks.static_reply:{kind}",
        address="127.0.0.1",
        port=int(port),
        interface=Interfaces.WSGI,
        workers=int(workers),
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
