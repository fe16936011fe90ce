"""compose.yaml names only images, ports, settings and files that the Dockerfile, the manifests and the code have."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from cds_service.settings import Settings, environment_variable

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "compose.yaml"
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")
README = (ROOT / "docker" / "README.md").read_text(encoding="utf-8")
MANIFESTS = ROOT / "docker" / "kubernetes"
PINNED = re.compile(r"[\w./-]+:v?\d+\.\d+[\w.-]*@sha256:[0-9a-f]{64}")
VARIABLE = re.compile(r"\$\{(\w+)(:-([^}]*))?\}")


def services() -> dict[str, Any]:
    return dict(yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"])


def environment(service: str, given: dict[str, str] | None = None) -> dict[str, str]:
    """Return a service's variables as compose fills them in: with what is `given`, else each one's default."""
    values = {name: str(value) for name, value in services()[service]["environment"].items()}
    return {
        name: VARIABLE.sub(lambda found: (given or {}).get(found[1], found[3] or ""), value)
        for name, value in values.items()
    }


def container() -> dict[str, Any]:
    """Return the service's container of the Kubernetes manifests."""
    deployment = yaml.safe_load((MANIFESTS / "deployment.yaml").read_text(encoding="utf-8"))
    [found] = deployment["spec"]["template"]["spec"]["containers"]
    return dict(found)


def published() -> dict[str, str]:
    """Return each published container port and the address and port at which this machine shows it."""
    ports = [port for service in services().values() for port in service.get("ports", ())]
    return {port.rpartition(":")[2]: port.rpartition(":")[0] for port in ports}


def test_there_is_the_service_a_database_and_a_fhir_server_with_the_scenarios() -> None:
    assert services().keys() == {"cds", "database", "fhir", "fixtures"}


def test_the_service_is_the_image_of_the_manifests_built_from_the_dockerfile() -> None:
    built = {name: service for name, service in services().items() if "build" in service}
    assert built.keys() == {"cds"}
    assert built["cds"]["image"] == container()["image"]
    build = built["cds"]["build"]
    assert (ROOT / build["context"] / build["dockerfile"]).is_file()


def test_every_other_image_is_pinned_to_a_release_and_its_digest() -> None:
    own = services()["cds"]["image"]
    others = [service["image"] for service in services().values() if service["image"] != own]
    assert len(others) == 2
    assert [image for image in others if not PINNED.fullmatch(image)] == []


def test_compose_shows_itself_on_loopback_alone() -> None:
    assert published().keys() == {"8080", "8081"}
    assert all(shown == f"127.0.0.1:{port}" for port, shown in published().items())


def test_the_services_port_is_that_of_image_and_manifests() -> None:
    [exposed] = re.findall(r"^EXPOSE (\d+)$", DOCKERFILE, re.MULTILINE)
    [http] = [str(port["containerPort"]) for port in container()["ports"] if port["name"] == "http"]
    assert exposed == http
    assert exposed in published()


def test_the_fhir_server_listens_where_the_loader_and_the_documents_look() -> None:
    port = environment("fhir")["server.port"]
    assert port in published()
    [base] = services()["fixtures"]["command"]
    assert base == f"http://127.0.0.1:{port}/fhir"
    saved = json.loads((ROOT / "examples" / "chart-opened.json").read_text(encoding="utf-8"))
    assert saved["fhirServer"] == base
    for page in ("tutorial/first-card-to-own-site.md", "how-to/sandbox.md"):
        text = (ROOT / "docs" / page).read_text(encoding="utf-8").replace("%3A", ":").replace("%2F", "/")
        assert base in text, page


def test_the_fhir_server_and_the_loader_share_the_services_loopback() -> None:
    """Demo mode reads no FHIR server elsewhere."""
    sharing = {name for name, service in services().items() if service.get("network_mode") == "service:cds"}
    assert sharing == {"fhir", "fixtures"}
    assert not any("ports" in services()[name] for name in sharing)


@pytest.mark.parametrize("given", [{}, {"DATABASE_PASSWORD": "p-1", "HASH_KEY": "k" * 32, "DIALECT": "sandbox"}])
def test_only_settings_that_exist_are_set_and_the_service_accepts_them(
    given: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {environment_variable(name) for name in Settings.model_fields}
    variables = environment("cds", given)
    assert variables.keys() <= known
    for name in known:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.dialect == given.get("DIALECT", "standard")
    assert settings.demo_fhir_servers == services()["fixtures"]["command"]
    assert settings.fhir_deadline < settings.call_deadline


def test_the_database_is_reached_as_it_is_set_up() -> None:
    for given in ({}, {"DATABASE_PASSWORD": "p-1"}):
        url, database = (
            urlsplit(environment("cds", given)["HIP_SPINE_CDS_DATABASE"]),
            environment("database", given),
        )
        assert url.hostname in services()
        assert (url.username, url.password, url.path.lstrip("/")) == (
            database["POSTGRES_USER"],
            database["POSTGRES_PASSWORD"],
            database["POSTGRES_DB"],
        )
    patch = (MANIFESTS / "kustomization.yaml").read_text(encoding="utf-8")
    assert f"ports/0/port, value: {url.port}}}" in patch
    scheme = re.search(r"HIP_SPINE_CDS_DATABASE: ([\w+]+)://", (MANIFESTS / "secret.example.yaml").read_text("utf-8"))
    assert scheme
    assert url.scheme == scheme[1]


def test_every_variable_has_a_default_and_is_described() -> None:
    found = {(name, bool(default)) for name, default, _ in VARIABLE.findall(COMPOSE.read_text(encoding="utf-8"))}
    assert found == {("DATABASE_PASSWORD", True), ("HASH_KEY", True), ("DIALECT", True)}
    assert all(f"`{name}`" in README for name, _ in found)


def test_everything_that_is_named_exists() -> None:
    named = services()
    volumes = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["volumes"].keys()
    for service in named.values():
        assert set(service.get("depends_on", ())) <= named.keys()
        for source in (volume.partition(":")[0] for volume in service.get("volumes", ())):
            assert (ROOT / source).is_file() if source.startswith("./") else source in volumes
        waits = service["depends_on"] if isinstance(service.get("depends_on"), dict) else {}
        assert all("healthcheck" in named[name] for name in waits)


def test_the_loader_is_mounted_where_it_is_run() -> None:
    loader = services()["fixtures"]
    [(source, target)] = [tuple(volume.split(":")[:2]) for volume in loader["volumes"]]
    assert (source, loader["entrypoint"][-1]) == ("./docker/load.py", target)


def test_the_service_may_do_nothing_it_need_not() -> None:
    service = services()["cds"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["tmpfs"] == ["/tmp"]  # noqa: S108 - the container's own
