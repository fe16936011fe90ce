"""TLS over checked addresses: the certificate must match the server's name, not its address."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import trustme
from liveness import LIVENESS_S

from cds_service.ehr import addresses
from cds_service.ehr.access import Access
from cds_service.ehr.client import EhrClient
from cds_service.ehr.search_result import SearchResult

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
    """Run a server with a certificate for the test's name. Yield its port and the names that clients requested."""
    server_names: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(request.param).configure_cert(context)
    context.sni_callback = lambda _socket, name, _context: server_names.append(name or "")

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
        yield listening.getsockname()[1], server_names
        thread.join()


def fetch_patient(port: int, ca_file: Path | None) -> SearchResult:
    client = EhrClient(timeout_s=LIVENESS_S, threads=1, ca_file=ca_file)
    results = client.fetch(Access(f"https://ehr.example:{port}/fhir", allows_private=True), {"patient": "Patient/1"})
    client.close()
    return results["patient"]


@pytest.mark.parametrize("server", ["ehr.example"], indirect=True)
def test_a_server_with_a_certificate_for_its_name_is_read(server: tuple[int, list[str]], ca_file: Path) -> None:
    port, server_names = server
    assert fetch_patient(port, ca_file).pages == (b"{}",)
    assert server_names == ["ehr.example"]


@pytest.mark.parametrize("server", ["127.0.0.1", "elsewhere.example"], indirect=True)
def test_a_server_with_a_certificate_for_another_name_is_not_read(server: tuple[int, list[str]], ca_file: Path) -> None:
    fault = fetch_patient(server[0], ca_file).fault
    assert fault is not None
    assert fault.code == "tls"


@pytest.mark.parametrize("server", ["ehr.example"], indirect=True)
def test_a_server_with_an_unknown_authority_is_not_read(server: tuple[int, list[str]]) -> None:
    fault = fetch_patient(server[0], None).fault
    assert fault is not None
    assert fault.code == "tls"
