"""The exported content is accepted by a third-party FHIR server, and read back as it was sent."""

import requests

from cds_service.export import build_transaction, export_resources
from cds_service.knowledge import Knowledge

from .conftest import TOKEN
from .medplum_server import Medplum

HEADERS = {
    "Authorization": f"Bearer {TOKEN}",
    "Accept": "application/fhir+json",
    "Content-Type": "application/fhir+json",
}
URL = "https://hip-spine-cds.example/fhir/ValueSet/finding-groin-pain"


def test_every_resource_is_taken_alone_and_read_back(medplum_server: Medplum, knowledge: Knowledge) -> None:
    resources = export_resources(knowledge)
    medplum_server.load(resources)
    with requests.Session() as session:
        session.trust_env = False
        for sent in resources:
            url = f"{medplum_server.base}/{sent['resourceType']}/{sent['id']}"
            stored = session.get(url, headers=HEADERS, timeout=30).json()
            assert {key: value for key, value in stored.items() if key != "meta"} == sent


def test_the_transaction_is_taken_whole_and_a_value_set_is_found_by_its_url(
    medplum_server: Medplum, knowledge: Knowledge
) -> None:
    bundle = build_transaction(export_resources(knowledge))
    with requests.Session() as session:
        session.trust_env = False
        done = session.post(medplum_server.base, json=bundle, headers=HEADERS, timeout=120)
        assert done.status_code == 200, done.text[:500]
        assert {entry["response"]["status"][:1] for entry in done.json()["entry"]} <= {"2", "3"}
        search_result = session.get(
            f"{medplum_server.base}/ValueSet", params={"url": URL}, headers=HEADERS, timeout=30
        ).json()
    assert [entry["resource"]["id"] for entry in search_result["entry"]] == ["finding-groin-pain"]
