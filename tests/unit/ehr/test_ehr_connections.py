"""Real connections: only to the address that was checked, and no endless responses."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Any

import pytest
from liveness import LIVENESS_S

from cds_service.ehr import addresses
from cds_service.ehr.access import Access
from cds_service.ehr.client import EhrClient

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
READ = {"patient": "Patient/patient-1"}


def resolver(*answers: list[str]) -> Callable[..., Any]:
    """Return a resolver that gives these answers in turn, and then fails."""
    remaining = list(answers)

    def resolve(_host: str, port: int, **_named: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in remaining.pop(0)]

    return resolve


@contextmanager
def serving(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Run a server that calls `serve` with each connection after its request, and yield its port."""

    def run() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                requests.append(connection.recv(65_536))
                serve(connection)

    requests: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=run)
        thread.start()
        serving.requests = requests  # type: ignore[attr-defined]
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


def received() -> list[bytes]:
    return list(serving.requests)  # type: ignore[attr-defined]


def answer(connection: socket.socket) -> None:
    connection.sendall(ANSWER)


@pytest.fixture
def client() -> Iterator[EhrClient]:
    client = EhrClient(timeout_s=LIVENESS_S, threads=1)
    yield client
    client.close()


def test_the_checked_address_is_connected_to_and_the_name_stays_in_the_host_header(
    client: EhrClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "getaddrinfo", resolver(["127.0.0.1"]))
    with serving(answer) as port:
        results = client.fetch(Access(f"http://ehr.example:{port}/fhir", allows_private=True), READ)
        assert results["patient"].pages == (b"{}",)
        [request] = received()
    assert f"Host: ehr.example:{port}\r\n".encode() in request


def test_a_name_that_changes_its_address_after_the_check_gains_nothing(
    client: EhrClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the second answer, this machine, is never asked for."""
    client.timeout_s = 0.5
    answers = resolver(["192.0.2.1"], ["127.0.0.1"])
    # 192.0.2.1 is for documentation and stands for a public address here.
    monkeypatch.setattr(addresses, "_FORBIDDEN_NETWORKS", ())
    monkeypatch.setattr(addresses, "getaddrinfo", answers)
    with serving(answer) as port:
        results = client.fetch(Access(f"http://ehr.example:{port}/fhir"), READ)
        assert received() == []
    assert results["patient"].fault is not None
    assert results["patient"].fault.code in {"deadline", "unreachable"}  # it was tried at 192.0.2.1 alone
    assert answers("ehr.example", 80)  # the second answer is still there


@pytest.mark.parametrize("addresses_given", [["127.0.0.1"], ["10.0.0.1", "127.0.0.1"], ["169.254.169.254"]])
def test_a_public_name_with_an_inner_address_is_not_connected_to(
    client: EhrClient, monkeypatch: pytest.MonkeyPatch, addresses_given: list[str]
) -> None:
    monkeypatch.setattr(addresses, "getaddrinfo", resolver(addresses_given))
    with serving(answer) as port:
        results = client.fetch(Access(f"http://ehr.example:{port}/fhir"), READ)
        assert received() == []
    assert results["patient"].fault is not None
    assert results["patient"].fault.code == "address"


def test_a_connection_opened_with_private_access_is_not_shared(client: EhrClient) -> None:
    def keep(connection: socket.socket) -> None:
        connection.sendall(ANSWER.replace(b"Connection: close\r\n", b""))
        connection.settimeout(2)
        connection.recv(65_536)

    with serving(keep) as port:
        base = f"http://127.0.0.1:{port}/fhir"
        assert client.fetch(Access(base, allows_private=True), READ)["patient"].pages
        fault = client.fetch(Access(base), READ)["patient"].fault
        client.close()
        assert len(received()) == 1
    assert fault is not None
    assert fault.code == "address"


def test_an_address_that_does_not_answer_is_followed_by_the_next(
    client: EhrClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "getaddrinfo", resolver(["127.0.0.2", "127.0.0.1"]))
    with serving(answer) as port:
        access = Access(f"http://ehr.example:{port}/fhir", allows_private=True)
        assert client.fetch(access, READ)["patient"].pages == (b"{}",)


def test_a_name_without_an_address_is_unreachable(client: EhrClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: Any, **_named: Any) -> Any:
        raise socket.gaierror("patient-1")

    monkeypatch.setattr(addresses, "getaddrinfo", fail)
    fault = client.fetch(Access("https://ehr.example/fhir"), READ)["patient"].fault
    assert fault is not None
    assert fault.code == "unreachable"


@pytest.mark.parametrize("begin", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"])
def test_an_answer_that_drips_is_given_up_at_the_deadline_and_its_thread_is_free(
    client: EhrClient, begin: bytes
) -> None:
    """Drip in the status line, the headers or the body, until the client hangs up."""
    client.timeout_s = 0.5
    over = Event()

    def drip(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(begin)
            while not over.wait(0.02):
                connection.sendall(b"H")

    with serving(drip) as port:
        results = client.fetch(Access(f"http://127.0.0.1:{port}/fhir", allows_private=True), READ)
        try:
            client._pool.submit(int).result(LIVENESS_S)  # the only thread takes other work
        finally:
            over.set()
    assert results["patient"].fault is not None
    assert results["patient"].fault.code == "deadline"


def test_the_endless_body_of_a_redirect_is_not_read(client: EhrClient) -> None:
    sent = []

    def flood(connection: socket.socket) -> None:
        try:
            connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\n\r\n")
            while len(sent) < 4000:
                connection.sendall(b" " * 65_536)
                sent.append(1)
        except OSError:
            return

    with serving(flood) as port:
        results = client.fetch(Access(f"http://127.0.0.1:{port}/fhir", allows_private=True), READ)
    assert results["patient"].fault is not None
    assert results["patient"].fault.code == "status-302"
    assert len(sent) < 200


def test_no_proxy_netrc_or_cookie_of_the_machine_is_used(client: EhrClient) -> None:
    assert [session.trust_env for session in client._sessions.values()] == [False, False]
