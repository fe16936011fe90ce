"""The example of a reverse proxy, run by a real nginx in front of a real service."""

import datetime
import gzip
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from attacked import Attacked, attacked, free_port, session
from contract.speaking_calls import CALLS
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from left_out import leave_out
from liveness import LIVENESS_S, LONGER_S

from cds_service.settings import Settings

EXAMPLE = Path(__file__).parents[2] / "docker" / "nginx.conf"
SERVICE, BODY = CALLS["CaudaEquina"]
PATH = f"/cds-services/{SERVICE}"
HEAD = f"POST {PATH} HTTP/1.1\r\nHost: cds.example\r\nContent-Type: application/json\r\n"
SLOW = 60  # connections: more than the service's threads, and fewer than nginx takes from one address
WORDS = "CANARY-17"


@dataclass(frozen=True)
class Proxy:
    """nginx, the service behind it, and the folder with nginx's logs."""

    base: str
    port: int
    folder: Path
    service: Attacked

    @property
    def logs(self) -> str:
        return "".join(path.read_text() for path in self.folder.glob("*.log"))

    def connect(self) -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=self.folder / "cds.example.pem")
        plain = socket.create_connection(("127.0.0.1", self.port), LIVENESS_S)
        return context.wrap_socket(plain, server_hostname="cds.example")


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """The example with nothing changed but its addresses and folders."""
    if shutil.which("nginx") is None:
        leave_out("nginx, for the example of a reverse proxy")
    folder = tmp_path_factory.mktemp("nginx")
    with attacked(tmp_path_factory.mktemp("service"), body_seconds="5") as service:
        port = free_port()
        write_certificate(folder)
        (folder / "nginx.conf").write_text(configuration(folder, port, service))
        process = subprocess.Popen(["nginx", "-c", folder / "nginx.conf", "-e", folder / "start.log"])
        proxy = Proxy(f"https://127.0.0.1:{port}", port, folder, service)
        try:
            wait_for(proxy)
            yield proxy
        finally:
            process.terminate()
            process.wait(LIVENESS_S)


def configuration(folder: Path, port: int, service: Attacked) -> str:
    (folder / "site.conf").write_text(
        EXAMPLE.read_text(encoding="utf-8")
        .replace("listen 443", f"listen 127.0.0.1:{port}")
        .replace("127.0.0.1:8080", service.base.removeprefix("http://"))
        .replace("/etc/nginx/", f"{folder}/")
        .replace("/var/log/nginx/", f"{folder}/")
    )
    places = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{place}_temp_path {folder}/{place};" for place in places)
    user = "user root;" if os.getuid() == 0 else ""
    events = "events { worker_connections 512; }"
    return f"daemon off; {user} pid {folder}/pid; {events} http {{ {temporary} include {folder}/site.conf; }}"


def write_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "cds.example")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("cds.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cds.example.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "cds.example.key").write_bytes(key.private_bytes(*form))


def wait_for(proxy: Proxy) -> None:
    until = time.monotonic() + LIVENESS_S
    while True:
        try:
            proxy.connect().close()
        except ConnectionError:
            assert time.monotonic() < until, (proxy.folder / "start.log").read_text()
            time.sleep(0.05)
        else:
            return


def ask(proxy: Proxy, method: str, path: str, **more: object) -> requests.Response:
    """Ask by TLS. The certificate's name is checked in `Proxy.connect`; here the address is a number."""
    with session() as asking:
        asking.verify = False
        return asking.request(method, proxy.base + path, timeout=LIVENESS_S, **more)  # type: ignore[arg-type]


def response_counts(proxy: Proxy) -> str:
    """Return how many hook calls the service has answered, by status."""
    with session() as asking:
        metrics = asking.get(f"{proxy.service.base}/metrics", timeout=LIVENESS_S).text
    return "\n".join(line for line in metrics.splitlines() if 'route="cds-services.call"' in line)


pytestmark = pytest.mark.filterwarnings("ignore:Unverified HTTPS request")


def test_a_call_is_answered_with_its_card_and_its_id(proxy: Proxy) -> None:
    answer = ask(proxy, "POST", PATH, json=BODY, headers={"X-Request-ID": "from-the-ehr"})
    assert len(answer.json()["cards"]) == 1
    assert answer.headers["X-Request-ID"] == "from-the-ehr"
    until = time.monotonic() + LIVENESS_S
    while "from-the-ehr" not in proxy.service.log and time.monotonic() < until:
        time.sleep(0.05)  # a thread of its own writes the log
    assert "from-the-ehr" in proxy.service.log
    assert "from-the-ehr" in proxy.logs


@pytest.mark.parametrize("form", ["gzip", "chunks"])
def test_bodies_arrive_whole(proxy: Proxy, form: str) -> None:
    content = json.dumps(BODY).encode()
    headers = {"Content-Type": "application/json"} | ({"Content-Encoding": "gzip"} if form == "gzip" else {})
    body = gzip.compress(content) if form == "gzip" else iter([content[:100], content[100:]])
    assert len(ask(proxy, "POST", PATH, data=body, headers=headers).json()["cards"]) == 1


def test_tokens_and_preflights_pass(proxy: Proxy) -> None:
    asked = {"Origin": "https://ehr.example", "Access-Control-Request-Method": "POST"}
    assert ask(proxy, "OPTIONS", PATH, headers=asked).headers["Access-Control-Allow-Methods"]
    assert ask(proxy, "GET", "/cds-services").json()["services"]
    assert ask(proxy, "GET", "/about.json").status_code == 200


@pytest.mark.parametrize("path", ["healthz", "readyz", "metrics", "version", "openapi.json", "", "..%2fmetrics"])
def test_nothing_else_is_passed_on(proxy: Proxy, path: str) -> None:
    answer = ask(proxy, "GET", f"/{path}")
    assert answer.status_code in {400, 404}
    assert "X-Request-ID" not in answer.headers


def test_its_limits_are_the_services() -> None:
    given, defaults = EXAMPLE.read_text(encoding="utf-8"), Settings()
    assert f"client_max_body_size {defaults.body_limit};" in given
    [seconds] = [line.split()[1].rstrip("s;") for line in given.splitlines() if "proxy_read_timeout" in line]
    assert float(seconds) > defaults.call_deadline


def test_a_body_that_is_too_large_does_not_reach_the_service(proxy: Proxy) -> None:
    before = response_counts(proxy)
    assert ask(proxy, "POST", PATH, data=b" " * 5_000_001).status_code == 413
    assert response_counts(proxy) == before


def test_slow_bodies_do_not_reach_the_service(proxy: Proxy) -> None:
    """Each goes on for longer than the service would wait. It counts a 408 for each that it has broken off."""
    with ExitStack() as opened:
        slow = [opened.enter_context(proxy.connect()) for _ in range(SLOW)]
        for connection in slow:
            connection.sendall(f"{HEAD}Content-Length: 1000\r\n\r\n{{".encode())
        until = time.monotonic() + 7
        while time.monotonic() < until:
            for connection in slow:
                connection.sendall(b" ")
            assert len(ask(proxy, "POST", PATH, json=BODY).json()["cards"]) == 1
            time.sleep(0.5)
    assert 'status="408"' not in response_counts(proxy)
    assert 'status="400"' not in response_counts(proxy)


def test_one_address_cannot_take_all_connections(proxy: Proxy) -> None:
    with ExitStack() as opened:
        for _ in range(100):
            opened.enter_context(proxy.connect()).sendall(f"{HEAD}Content-Length: 1000\r\n\r\n{{".encode())
        until = time.monotonic() + LIVENESS_S
        while (answer := ask(proxy, "POST", PATH, json=BODY)).status_code != 429:
            assert time.monotonic() < until, answer.status_code
    while ask(proxy, "POST", PATH, json=BODY).status_code != 200:
        assert time.monotonic() < until + LONGER_S


def test_neither_log_keeps_what_stands_in_a_url_or_a_referrer(proxy: Proxy) -> None:
    for path in ("/cds-services", "/metrics", "/about"):
        ask(proxy, "GET", f"{path}?patient={WORDS}", headers={"Referer": f"https://ehr.example/{WORDS}"})
    assert '"GET /metrics" 404' in proxy.logs
    assert WORDS not in proxy.logs


def test_a_service_that_stands_still_is_an_error_and_no_empty_list(proxy: Proxy) -> None:
    [worker] = Path(f"/proc/{proxy.service.pid}/task/{proxy.service.pid}/children").read_text().split()
    os.kill(int(worker), signal.SIGSTOP)
    try:
        answer = ask(proxy, "POST", PATH, json=BODY)
    finally:
        os.kill(int(worker), signal.SIGCONT)
    assert answer.status_code == 504
    assert "cards" not in answer.text
