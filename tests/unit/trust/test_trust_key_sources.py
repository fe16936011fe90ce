"""Key sources: a file, or one https URL fetched without redirects or credentials and with short timeouts."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import requests
import responses
from liveness import LIVENESS_S

from cds_service.trust import key_sources
from cds_service.trust.key_sources import FileKeySource, SourceUnavailable, UrlKeySource

URL = "https://ehr.example/jwks.json"


@pytest.fixture
def network() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as network:
        yield network


@pytest.mark.parametrize(
    ("control", "max_age"),
    [
        ("", None),
        ("public", None),
        ("max-age=600", 600),
        ('public, Max-Age = "600", must-revalidate', 600),
        ("s-maxage=9, max-age=600", 600),
        ("no-store", 0),
        ("max-age=600, no-cache", 0),
        ("max-age=-1", None),
        ("max-age=soon", None),
        ("x-max-age=600", None),
        ("max-age=99999999999999", None),
    ],
)
def test_a_key_set_with_what_it_says_of_its_age(
    network: responses.RequestsMock, control: str, max_age: int | None
) -> None:
    network.get(URL, body=b"keys", headers={"Cache-Control": control})
    assert UrlKeySource(URL).fetch() == (b"keys", max_age)


@pytest.mark.parametrize("status", [204, 301, 302, 307, 401, 404, 500, 503])
def test_anything_but_200_is_a_failure_and_no_redirect_is_followed(
    network: responses.RequestsMock, status: int
) -> None:
    network.get(URL, status=status, headers={"Location": "http://169.254.169.254/"})
    with pytest.raises(SourceUnavailable, match=str(status)):
        UrlKeySource(URL).fetch()
    assert len(network.calls) == 1


@pytest.mark.parametrize("error", [requests.ConnectionError("words"), requests.Timeout("words"), OSError("words")])
def test_a_failure_names_only_its_type(network: responses.RequestsMock, error: Exception) -> None:
    network.get(URL, body=error)
    with pytest.raises(SourceUnavailable) as failed:
        UrlKeySource(URL).fetch()
    assert "words" not in str(failed.value)
    assert "ehr.example" not in str(failed.value)


def test_a_large_body_is_not_read_to_its_end(network: responses.RequestsMock) -> None:
    network.get(URL, body=b"x" * 300_000)
    with pytest.raises(SourceUnavailable, match="too large"):
        UrlKeySource(URL).fetch()


def test_no_credentials_of_the_machine_are_sent(
    network: responses.RequestsMock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine ehr.example login user password sesame\n")
    monkeypatch.setenv("NETRC", str(netrc))
    network.get(URL, body=b"keys")
    UrlKeySource(URL).fetch()
    assert "Authorization" not in network.calls[0].request.headers


class _Dripping(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while not self.server.over.wait(0.05):  # type: ignore[attr-defined]
                self.wfile.write(b"x")
                self.wfile.flush()
        except OSError:
            pass

    def log_message(self, *_: object) -> None:
        pass


def test_a_slow_server_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_sources, "_TOTAL_S", 0.3)
    server = HTTPServer(("127.0.0.1", 0), _Dripping)
    server.over = threading.Event()  # type: ignore[attr-defined] # it drips until then, or until nobody listens
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    with pytest.raises(SourceUnavailable, match="too slow"):
        UrlKeySource(f"http://127.0.0.1:{server.server_port}/").fetch()
    server.over.set()  # type: ignore[attr-defined]
    thread.join(LIVENESS_S)
    server.server_close()


def test_a_file_is_read_as_it_stands_and_its_loss_is_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(b"one")
    source = FileKeySource(path)
    assert source.fetch() == (b"one", None)
    path.write_bytes(b"two")
    assert source.fetch().data == b"two"
    path.unlink()
    with pytest.raises(SourceUnavailable, match="FileNotFoundError"):
        source.fetch()
