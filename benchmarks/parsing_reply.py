"""The least that a WSGI service with our server can do: read the body, parse it with orjson, return a fixed answer.

`python -m benchmarks.parsing_reply WORKERS PORT`; the answer is the content of the file that FIXED_ANSWER names.
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

ANSWER_VARIABLE = "FIXED_ANSWER"
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def create_app() -> Application:
    """Return the application; called once in each worker."""
    answer = Path(os.environ[ANSWER_VARIABLE]).read_bytes()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))]

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            orjson.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        start_response("200 OK", headers)
        return [answer]

    return application


def main() -> None:
    """Serve with as many threads as `hip-spine-cds serve`, without its body intake."""
    workers, port = sys.argv[1:]
    server: Any = Granian(  # granian picks its server class at run time
        "benchmarks.parsing_reply:create_app",
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
