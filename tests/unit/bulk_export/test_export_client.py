"""An export from a server that follows the specification, and what is done where it does not."""

import json
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from cds_service.bulk_export.backend_token import BackendToken, read_private_key, require_safe
from cds_service.bulk_export.export_client import ExportClient, Wiring
from cds_service.errors import ExportRefused
from tests.bulk_server import CLIENT, JOB, JWK, NOW, BulkServer, serve_bulk

TYPES = ["Patient", "Condition"]
FILES = {
    "Patient.1.ndjson": b'{"resourceType":"Patient","id":"1"}\n{"resourceType":"Patient","id":"2"}\n',
    "Condition.1.ndjson": b'{"resourceType":"Condition","id":"c"}\n',
    "OperationOutcome.1.ndjson": b'{"resourceType":"OperationOutcome"}\n',
}


class Machine:
    """A clock that stands still, and what was waited for and told."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.told: list[str] = []

    @property
    def wiring(self) -> Wiring:
        return Wiring(lambda: NOW, self.waits.append, self.told.append)


def export(server: BulkServer, folder: Path, group: str | None = None) -> Machine:
    machine = Machine()
    token = BackendToken(f"{server.base}/fhir", CLIENT, jwt.PyJWK(JWK, "ES384"), TYPES, lambda: NOW)
    ExportClient(f"{server.base}/fhir/", token, TYPES, folder, machine.wiring).export(group)
    return machine


def test_every_file_is_downloaded_and_the_manifest_names_it(tmp_path: Path) -> None:
    with serve_bulk(BulkServer(FILES)) as server:
        export(server, tmp_path)
    assert server.faults == []
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    names = [item["url"] for item in (*manifest["output"], *manifest["error"])]
    assert [(tmp_path / name).read_bytes() for name in names] == list(FILES.values())
    assert manifest["transactionTime"] == "2026-04-01T00:00:00Z"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["manifest.json", *names])


def test_the_server_is_told_that_it_may_delete_the_export(tmp_path: Path) -> None:
    with serve_bulk(BulkServer(FILES)) as server:
        export(server, tmp_path)
    assert server.seen[-1] == f"DELETE {JOB}"


def test_a_group_is_exported_by_its_id_with_the_scopes_of_its_types(tmp_path: Path) -> None:
    with serve_bulk(BulkServer(FILES)) as server:
        export(server, tmp_path, "g1")
    assert "GET /fhir/Group/g1/$export" in server.seen
    assert server.scope == "system/Patient.rs system/Condition.rs"
    assert server.faults == []


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("7", 7),
        ("Thu, 02 Apr 2026 12:01:30 GMT", 90),
        ("Thu, 02 Apr 2026 11:00:00 GMT", 1),
        ("86400", 3600),
        ("soon", 2),
        ("", 2),
        ("429", 429),
    ],
)
def test_it_waits_as_long_as_the_server_says(retry_after: str, seconds: float, tmp_path: Path) -> None:
    with serve_bulk(BulkServer(FILES, polls=[retry_after])) as server:
        machine = export(server, tmp_path)
    assert machine.waits == [seconds]


def test_without_retry_after_it_waits_longer_each_time(tmp_path: Path) -> None:
    with serve_bulk(BulkServer(FILES, polls=[""] * 10)) as server:
        machine = export(server, tmp_path)
    assert machine.waits == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_a_token_that_the_server_takes_no_longer_is_renewed(tmp_path: Path) -> None:
    with serve_bulk(BulkServer(FILES, polls=["1"] * 4, token_uses=2)) as server:
        export(server, tmp_path)
    assert server.faults == []
    assert len(server.assertions) > 2


def test_files_that_need_no_token_get_none(tmp_path: Path) -> None:
    with serve_bulk(BulkServer(FILES, requires_token=False)) as server:
        export(server, tmp_path)
    assert server.faults == []


def test_a_server_that_knows_post_alone_is_asked_by_post(tmp_path: Path) -> None:
    with serve_bulk(BulkServer(FILES, knows_get=False)) as server:
        export(server, tmp_path)
    assert "POST /fhir/Patient/$export" in server.seen
    assert server.faults == []


def test_a_run_that_was_stopped_downloads_only_what_is_missing(tmp_path: Path) -> None:
    with serve_bulk(BulkServer(FILES, broken={"Condition.1.ndjson"})) as server:
        with pytest.raises(ExportRefused, match="run it again"):
            export(server, tmp_path)
        assert not (tmp_path / "manifest.json").exists()
        server.seen.clear()
        export(server, tmp_path)
    assert "GET /files/Patient.1.ndjson" not in server.seen
    assert not [line for line in server.seen if line.endswith("$export")]
    assert (tmp_path / "output.00001.ndjson").read_bytes() == FILES["Condition.1.ndjson"]


def test_an_export_that_the_server_has_given_up_is_started_anew(tmp_path: Path) -> None:
    with serve_bulk(BulkServer(FILES, broken={"Condition.1.ndjson"})) as server:
        with pytest.raises(ExportRefused):
            export(server, tmp_path)
        server.is_kept, server.files = False, {**FILES, "Patient.1.ndjson": FILES["Patient.1.ndjson"] * 2}
        export(server, tmp_path)
    assert (tmp_path / "output.00000.ndjson").read_bytes() == server.files["Patient.1.ndjson"]


def test_a_server_that_is_busy_is_asked_again(tmp_path: Path) -> None:
    with serve_bulk(BulkServer(FILES, busy=["Patient.1.ndjson", "Condition.1.ndjson"])) as server:
        machine = export(server, tmp_path)
    assert machine.waits == [9, 9]
    assert (tmp_path / "output.00001.ndjson").read_bytes() == FILES["Condition.1.ndjson"]


@pytest.mark.parametrize("requires_token", [True, False])
def test_passwords_of_the_machine_go_nowhere(
    requires_token: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with (
        serve_bulk(BulkServer(FILES, requires_token=False)) as storage,
        serve_bulk(BulkServer(FILES, requires_token=requires_token, leads_to=storage.base)) as server,
    ):
        export(server, tmp_path / "export")
    assert server.faults == storage.faults == []
    assert len(storage.seen) == len(FILES)


def test_a_redirect_never_leads_into_the_clear(tmp_path: Path) -> None:
    with (
        serve_bulk(BulkServer(FILES, leads_to="http://storage.example")) as server,
        pytest.raises(ExportRefused, match="a redirect's Location must be an https URL"),
    ):
        export(server, tmp_path)


def test_a_finished_export_is_not_asked_for_again(tmp_path: Path) -> None:
    with serve_bulk(BulkServer(FILES)) as server:
        export(server, tmp_path)
        server.seen.clear()
        export(server, tmp_path)
    assert server.seen == []


def test_a_file_of_too_few_lines_is_refused(tmp_path: Path) -> None:
    with (
        serve_bulk(BulkServer(FILES, counts={"Patient.1.ndjson": 3})) as server,
        pytest.raises(ExportRefused, match=r"output\.00000\.ndjson has 2 lines, and the server says 3"),
    ):
        export(server, tmp_path)
    assert not (tmp_path / "output.00000.ndjson").exists()


@pytest.mark.parametrize("fault", [{"refuses": 400}, {"fails": 500}])
def test_a_refusal_is_told_by_its_codes_and_never_by_its_texts(fault: dict[str, int], tmp_path: Path) -> None:
    with serve_bulk(BulkServer(FILES, **fault)) as server, pytest.raises(ExportRefused) as refused:  # type: ignore[arg-type]
        export(server, tmp_path)
    assert any(code in str(refused.value) for code in ("400 Bad Request not-supported", "500 Internal Server Error"))
    assert "Quagmire" not in str(refused.value)


def test_an_unknown_key_gets_no_token(tmp_path: Path) -> None:
    other = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 2048))) | {"kid": "key-1"}
    with serve_bulk(BulkServer(FILES)) as server:
        token = BackendToken(f"{server.base}/fhir", CLIENT, jwt.PyJWK(other, "RS384"), TYPES, lambda: NOW)
        client = ExportClient(f"{server.base}/fhir", token, TYPES, tmp_path, Machine().wiring)
        with pytest.raises(ExportRefused, match="the server gives no token: 400 invalid_client"):
            client.export()


def test_a_server_that_is_not_there_is_told_without_its_address(tmp_path: Path) -> None:
    client = ExportClient("http://127.0.0.1:9/fhir?sig=secret", None, TYPES, tmp_path, Machine().wiring)
    with pytest.raises(ExportRefused, match=r"no sound answer \(ConnectionError\)") as refused:
        client.export()
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["http://ehr.example/fhir", "ftp://localhost/", "", "file:///etc/passwd"])
def test_neither_token_nor_chart_travels_in_the_clear(url: str) -> None:
    with pytest.raises(ExportRefused, match="must be an https URL"):
        require_safe(url, "--fhir")
    assert require_safe("https://ehr.example/fhir", "--fhir") == "https://ehr.example/fhir"


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"kty":"oct","k":"c2VjcmV0","kid":"a"}', json.dumps({k: JWK[k] for k in JWK if k != "d"})],
    ids=["empty", "list", "no key", "symmetric", "public"],
)
def test_a_key_that_is_not_private_is_refused_without_its_content(text: str, tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text(text)
    with pytest.raises(ExportRefused, match="must be a private JSON Web Key") as refused:
        read_private_key(tmp_path / "key.json")
    assert "c2VjcmV0" not in str(refused.value)


def test_a_private_key_is_read_with_its_algorithm(tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text(json.dumps(JWK))
    key = read_private_key(tmp_path / "key.json")
    assert (key.key_id, key.algorithm_name) == ("key-1", "ES384")
