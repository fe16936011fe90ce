"""A mocked EHR and a client of it with a long timeout; a test of a deadline sets its own."""

from collections.abc import Iterator
from threading import Event

import pytest
import responses
from liveness import LIVENESS_S

from cds_service.ehr.client import EhrClient


@pytest.fixture
def ehr() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def fhir() -> Iterator[EhrClient]:
    fhir = EhrClient(timeout_s=LIVENESS_S)
    yield fhir
    fhir.close()


@pytest.fixture
def released() -> Iterator[Event]:
    """Yield an event that slow searches wait for; it is set when the test is over."""
    released = Event()
    yield released
    released.set()
