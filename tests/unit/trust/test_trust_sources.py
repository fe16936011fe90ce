"""Where keys come from: one https URL, read once, without redirects, credentials or much patience; or a file."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import requests
import responses
from liveness import LIVENESS_S

from cds_service.trust import sources
from cds_service.trust.sources import FileSource, SourceUnavailable, UrlSource

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
    assert UrlSource(URL).read() == (b"keys", max_age)


@pytest.mark.parametrize("status", [204, 301, 302, 307, 401, 404, 500, 503])
def test_anything_but_200_is_a_failure_and_no_redirect_is_followed(
    network: responses.RequestsMock, status: int
) -> None:
    network.get(URL, status=status, headers={"Location": "http://169.254.169.254/"})
    with pytest.raises(SourceUnavailable, match=str(status)):
        UrlSource(URL).read()
    assert len(network.calls) == 1


@pytest.mark.parametrize("error", [requests.ConnectionError("words"), requests.Timeout("words"), OSError("words")])
def test_a_failure_says_what_kind_and_no_more(network: responses.RequestsMock, error: Exception) -> None:
    network.get(URL, body=error)
    with pytest.raises(SourceUnavailable) as failed:
        UrlSource(URL).read()
    assert "words" not in str(failed.value)
    assert "ehr.example" not in str(failed.value)


def test_what_is_too_large_is_not_read_whole(network: responses.RequestsMock) -> None:
    network.get(URL, body=b"x" * 300_000)
    with pytest.raises(SourceUnavailable, match="too large"):
        UrlSource(URL).read()


def test_no_credentials_of_the_machine_go_along(
    network: responses.RequestsMock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine ehr.example login user password sesame\n")
    monkeypatch.setenv("NETRC", str(netrc))
    network.get(URL, body=b"keys")
    UrlSource(URL).read()
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


def test_a_server_that_drips_is_left_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_WHOLE_S", 0.3)
    server = HTTPServer(("127.0.0.1", 0), _Dripping)
    server.over = threading.Event()  # type: ignore[attr-defined] # it drips until then, or until nobody listens
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    with pytest.raises(SourceUnavailable, match="too slow"):
        UrlSource(f"http://127.0.0.1:{server.server_port}/").read()
    server.over.set()  # type: ignore[attr-defined]
    thread.join(LIVENESS_S)
    server.server_close()


def test_a_file_is_read_as_it_stands_and_its_loss_is_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(b"one")
    source = FileSource(path)
    assert source.read() == (b"one", None)
    path.write_bytes(b"two")
    assert source.read().data == b"two"
    path.unlink()
    with pytest.raises(SourceUnavailable, match="FileNotFoundError"):
        source.read()
