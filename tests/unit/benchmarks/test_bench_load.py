"""The load generator: it checks every answer, and a refused call is no answer but one that never came."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count, repeat
from threading import Thread

import pytest

from benchmarks.load import HOST, Round, answer_of, load_of, run

ANSWER = b'{"cards":[]}'


@pytest.fixture
def port() -> Iterator[int]:
    """A server that refuses every third call."""
    numbers = count(1)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(503 if next(numbers) % 3 == 0 else 200)
            self.send_header("Content-Length", str(len(ANSWER)))
            self.end_headers()
            self.wfile.write(ANSWER)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer((HOST, 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_a_refused_call_is_counted_but_not_as_an_answer(port: int) -> None:
    taken = run(port, load_of(ANSWER, repeat(b"{}")), within=60, count=30, connections=2)
    assert (len(taken.calls), taken.answered) == (30, 20)
    assert taken.percentile(50) < taken.percentile(99) == 30_000


def test_a_load_ends_with_its_time(port: int) -> None:
    assert run(port, load_of(ANSWER, repeat(b"{}")), within=0.0, connections=2).calls == ()


def test_a_wrong_answer_ends_the_run(port: int) -> None:
    with pytest.raises(AssertionError, match="is not in"):
        run(port, load_of(b"warning", repeat(b"{}")), within=60, count=2, connections=1)


def test_one_call_is_answered(port: int) -> None:
    assert answer_of(port, b"{}") == ANSWER


def test_the_throughput_is_that_of_answers() -> None:
    assert Round(2.0, (0.1, 0.2, 30.0)).throughput == 1.0
