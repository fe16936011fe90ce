"""A FHIR server that answers with the costliest pages within the limits: calls end in time, and no other client waits.

A client's own FHIR server may be hostile, or hold a chart that nobody foresaw.
"""

from collections.abc import Iterator

import pytest
from attacked import Attacked
from synthetic import Json, call, patient
from two_clients import assert_all_are_answered_in_time, assert_no_other_waits, two_clients

from benchmarks.dense_fhir import KINDS, base_of, dense_fhir_server, pages_of


@pytest.fixture(scope="module")
def root() -> Iterator[str]:
    with dense_fhir_server() as root:
        yield root


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, root: str) -> Iterator[Attacked]:
    table = {"fhir_servers": [root], "allow_insecure_fhir": True, "open": True}
    with two_clients(tmp_path_factory.mktemp("dense"), **table) as running:
        yield running


def reading(root: str, kind: str) -> Json:
    """Return a call for which the FHIR server of a kind is read."""
    base = base_of(root, kind)
    pages_of(base.rsplit("/", 1)[1])  # made before anything is timed
    return call(prefetch={"patient": patient()}, fhirServer=base)


@pytest.mark.parametrize("kind", KINDS)
def test_calls_that_read_dense_pages_are_answered_in_time(service: Attacked, root: str, kind: str) -> None:
    assert_all_are_answered_in_time(service, kind, reading(root, kind))


@pytest.mark.parametrize("kind", KINDS)
def test_beside_calls_that_read_dense_pages_no_other_client_waits(service: Attacked, root: str, kind: str) -> None:
    assert_no_other_waits(service, kind, reading(root, kind))
