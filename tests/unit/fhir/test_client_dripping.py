"""The EHR client against a real socket: a server that sends a byte now and then must not hold a thread for good."""

import socket
import time
from collections.abc import Iterator
from threading import Thread

import pytest

from cds_service.fhir.client import Access, EhrClient

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"


@pytest.fixture
def dripping() -> Iterator[str]:
    """The address of such a server; it stops when its caller goes, or after five seconds."""

    def serve(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            connection.sendall(HEAD)
            until = time.monotonic() + 5
            while time.monotonic() < until:
                try:
                    connection.sendall(b" ")
                except OSError:
                    return
                time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Thread(target=serve, args=(listening,))
        server.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.join()


def test_a_dripping_answer_is_given_up_at_the_deadline_and_its_thread_is_free(dripping: str) -> None:
    client = EhrClient(deadline=0.3, threads=1)
    started = time.monotonic()
    assert client.read(Access(dripping), {"conditions": "Condition"}) == {}
    client._pool.submit(int).result(timeout=2)  # the only thread takes other work
    assert time.monotonic() - started < 2
    client.close()
