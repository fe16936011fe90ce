"""TLS over checked addresses: the certificate is judged by the server's name, not by the address connected to."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import trustme
from liveness import LIVENESS_S

from cds_service.fhir.access import addresses
from cds_service.fhir.access.values import Access, Found
from cds_service.fhir.client import EhrClient

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def server(
    authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[tuple[int, list[str]]]:
    """The port of a server certified for the name given by the test, and the names it was asked for."""
    asked: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(request.param).configure_cert(context)
    context.sni_callback = lambda _socket, name, _context: asked.append(name or "")

    def serve() -> None:
        connection, _ = listening.accept()
        try:
            with context.wrap_socket(connection, server_side=True) as secured:
                secured.recv(65_536)
                secured.sendall(ANSWER)
        except OSError:
            connection.close()

    def resolve(_host: str, port: int, **_named: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    with socket.create_server(("127.0.0.1", 0)) as listening:
        monkeypatch.setattr(addresses, "getaddrinfo", resolve)
        thread = Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1], asked
        thread.join()


def read(port: int, ca_file: Path | None) -> Found:
    client = EhrClient(deadline=LIVENESS_S, threads=1, ca_file=ca_file)
    found = client.read(Access(f"https://ehr.example:{port}/fhir", allows_private=True), {"patient": "Patient/1"})
    client.close()
    return found["patient"]


@pytest.mark.parametrize("server", ["ehr.example"], indirect=True)
def test_a_server_vouched_for_under_its_name_is_read(server: tuple[int, list[str]], ca_file: Path) -> None:
    port, asked = server
    assert read(port, ca_file).pages == (b"{}",)
    assert asked == ["ehr.example"]


@pytest.mark.parametrize("server", ["127.0.0.1", "elsewhere.example"], indirect=True)
def test_a_server_vouched_for_under_another_name_is_not(server: tuple[int, list[str]], ca_file: Path) -> None:
    fault = read(server[0], ca_file).fault
    assert fault is not None
    assert fault.code == "tls"


@pytest.mark.parametrize("server", ["ehr.example"], indirect=True)
def test_a_server_nobody_vouches_for_is_not(server: tuple[int, list[str]]) -> None:
    fault = read(server[0], None).fault
    assert fault is not None
    assert fault.code == "tls"
