"""The Dockerfile and the manifests pass their linters, and name only settings and images that exist."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from memory_bound import PROCESS_MIB, WORKER_MIB, service_mib

from cds_service.settings import Settings, environment_variable

WAITING_CARDS = 10_000  # of a worker: docs/reference/limits.md
BYTES_OF_A_CARD = 1_024  # on disk: tests/unit/store/test_store_spool.py

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
DOCKERFILE = DOCKER / "Dockerfile"
KUSTOMIZATION = DOCKER / "kubernetes" / "kustomization.yaml"
MANIFESTS = sorted(path for path in (DOCKER / "kubernetes").glob("*.yaml") if path != KUSTOMIZATION)
PROBES = {"startupProbe": "/readyz", "readinessProbe": "/readyz", "livenessProbe": "/healthz"}
_VARIABLE = re.compile(r"HIP_SPINE_CDS_[A-Z_]+")


def tool(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / name), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def documents() -> list[dict[str, Any]]:
    return [document for path in MANIFESTS for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))]


def of_kind(kind: str, name: str = "hip-spine-cds") -> dict[str, Any]:
    [document] = [
        document for document in documents() if (document["kind"], document["metadata"]["name"]) == (kind, name)
    ]
    return document


def kustomization() -> dict[str, Any]:
    return dict(yaml.safe_load(KUSTOMIZATION.read_text(encoding="utf-8")))


def container() -> dict[str, Any]:
    [spec] = of_kind("Deployment")["spec"]["template"]["spec"]["containers"]
    return dict(spec)


def test_hadolint_finds_nothing() -> None:
    linted = tool("hadolint", DOCKERFILE)
    assert (linted.returncode, linted.stdout) == (0, "")


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.name)
def test_the_manifest_is_valid_kubernetes(manifest: Path) -> None:
    validated = tool("kubernetes-validate", "--strict", manifest)
    assert validated.returncode == 0, validated.stdout + validated.stderr


def test_the_base_is_pinned_by_digest() -> None:
    assert re.search(r"^ARG BASE=\S+@sha256:[0-9a-f]{64}$", DOCKERFILE.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_system_is_upgraded_in_the_image_that_runs() -> None:
    _, final = DOCKERFILE.read_text(encoding="utf-8").split("\nFROM ${BASE}\n")
    before_user, _ = final.split("\nUSER ")
    assert "apt-get upgrade" in before_user


def test_the_cluster_runs_an_image_by_digest() -> None:
    [image] = kustomization()["images"]
    assert image["name"] == container()["image"]
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", image["digest"])
    assert "newTag" not in image


def test_the_kustomization_has_every_manifest_but_the_example_of_a_secret() -> None:
    assert kustomization()["resources"] == [path.name for path in MANIFESTS if path.name != "secret.example.yaml"]


def test_the_database_is_reached_at_the_address_that_is_set() -> None:
    [patch] = kustomization()["patches"]
    target = of_kind(patch["target"]["kind"], patch["target"]["name"])
    for change in yaml.safe_load(patch["patch"]):
        assert change["op"] == "replace"
        *parents, last = change["path"].strip("/").split("/")
        place: Any = target
        for step in parents:
            place = place[int(step) if step.isdigit() else step]
        key = int(last) if last.isdigit() else last
        assert place[key]
        place[key] = change["value"]
    [rule] = target["spec"]["egress"]
    assert rule["ports"] == [{"protocol": "TCP", "port": 5432}]
    assert [*rule["to"][0]] == ["ipBlock"]
    assert target["spec"]["podSelector"] == of_kind("NetworkPolicy")["spec"]["podSelector"]


def test_a_pod_may_fill_its_volumes_and_its_logs() -> None:
    pod = of_kind("Deployment")["spec"]["template"]["spec"]
    volumes = [mib(volume["emptyDir"]["sizeLimit"]) for volume in pod["volumes"] if "emptyDir" in volume]
    resources = container()["resources"]
    assert mib(resources["limits"]["ephemeral-storage"]) >= sum(volumes) + 50
    assert mib(resources["requests"]["ephemeral-storage"]) <= mib(resources["limits"]["ephemeral-storage"])


def test_a_pod_has_room_for_the_cards_that_wait_for_its_database() -> None:
    """Two files for each worker, and those of one that was killed. A pod that fills its volume is evicted."""
    pod = of_kind("Deployment")["spec"]["template"]["spec"]
    folder = Path(configured()["HIP_SPINE_CDS_SPOOL_FOLDER"])
    [mounted] = [mount["name"] for mount in container()["volumeMounts"] if Path(mount["mountPath"]) == folder.parent]
    [room] = [mib(volume["emptyDir"]["sizeLimit"]) for volume in pod["volumes"] if volume["name"] == mounted]
    workers = int(configured()["HIP_SPINE_CDS_WORKERS"])
    assert room >= (workers + 1) * 2 * WAITING_CARDS * BYTES_OF_A_CARD / 2**20


def test_a_pod_has_the_memory_that_its_settings_allow_it_to_take() -> None:
    settings = Settings(workers=int(configured()["HIP_SPINE_CDS_WORKERS"]))
    needed, given = service_mib(settings), mib(container()["resources"]["limits"]["memory"])
    assert needed <= given < needed + 128, f"{needed:.0f} MiB are needed"  # and the manifest promises no more than that
    assert mib(container()["resources"]["requests"]["memory"]) >= PROCESS_MIB + settings.workers * WORKER_MIB


def mib(quantity: str) -> int:
    return int(quantity.removesuffix("Mi"))


@pytest.mark.parametrize("path", [DOCKERFILE, *MANIFESTS], ids=lambda path: path.name)
def test_only_settings_that_exist_are_set(path: Path) -> None:
    known = {environment_variable(name) for name in Settings.model_fields}
    assert set(_VARIABLE.findall(path.read_text(encoding="utf-8"))) <= known


@pytest.mark.parametrize(("probe", "path"), PROBES.items())
def test_probes_ask_what_they_should(probe: str, path: str) -> None:
    assert container()[probe]["httpGet"]["path"] == path


def test_the_container_may_do_nothing_it_need_not() -> None:
    assert container()["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    pod = of_kind("Deployment")["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False


def test_the_network_policy_closes_both_ways() -> None:
    assert of_kind("NetworkPolicy")["spec"]["policyTypes"] == ["Ingress", "Egress"]


def configured() -> dict[str, str]:
    [config_map] = [
        document
        for document in documents()
        if document["kind"] == "ConfigMap" and document["metadata"]["name"] == "hip-spine-cds"
    ]
    return dict(config_map["data"])


def test_metrics_have_a_port_of_their_own_that_monitoring_alone_reaches() -> None:
    """On the service's port they are never shown where others reach it."""
    port = int(configured()["HIP_SPINE_CDS_METRICS_PORT"])
    assert {entry["containerPort"] for entry in container()["ports"]} == {8080, port}
    reached = {
        source["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]: {
            entry["port"] for entry in rule["ports"]
        }
        for rule in of_kind("NetworkPolicy")["spec"]["ingress"]
        for source in rule["from"]
    }
    assert reached == {"ingress": {8080}, "monitoring": {port}}


def test_a_pod_has_the_time_it_needs_to_stop() -> None:
    settings = Settings(drain_seconds=int(configured()["HIP_SPINE_CDS_DRAIN_SECONDS"]))
    given = of_kind("Deployment")["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
    assert 0 < settings.drain_seconds + settings.stop_seconds < given
