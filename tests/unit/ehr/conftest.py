"""A mocked EHR, and a client with a short timeout."""

from collections.abc import Iterator

import pytest
import responses

from cds_service.ehr.client import EhrClient


@pytest.fixture
def ehr() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def fhir() -> Iterator[EhrClient]:
    fhir = EhrClient(timeout_s=0.5)
    yield fhir
    fhir.close()
