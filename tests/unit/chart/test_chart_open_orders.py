"""Whether what a card offered is open now, as a draft or a request, whatever id and system the EHR gave it."""

from typing import Any

import msgspec
import pytest
from synthetic import LOINC, Json, concept, encoded, order

from cds_service.chart.open_orders import OpenOrderFinder
from cds_service.fhir.chart_data import ChartData, DraftOrder
from cds_service.fhir.resources import ServiceRequest
from cds_service.knowledge import Knowledge
from cds_service.model.facts import Chart, Imaging, Source, SourceKind, Stage
from cds_service.model.sides import Side
from tests.conftest import NOW

THERAPY = "308447003"  # SNOMED CT, referral to physical therapy
SCT = "http://snomed.info/sct"
OWN_ORDERS = "https://hip-spine-cds.example/fhir/CodeSystem/order"


def decoded(body: Json) -> ServiceRequest:
    return msgspec.json.decode(encoded(body), type=ServiceRequest)


def find(
    knowledge: Knowledge, *requests: Json, drafts: tuple[Json, ...] = (), offers: Any = (), **given: Any
) -> set[str]:
    data = ChartData(
        tuple(decoded(one) for one in requests),
        tuple(DraftOrder(f"ServiceRequest/{one['id']}", decoded(one), is_selected=True) for one in drafts),
    )
    finder = OpenOrderFinder(knowledge.order_templates, knowledge.terminology)
    read = Chart(NOW.date(), imaging=given.get("imaging", ()))
    names = [knowledge.content.offers[name] for name in offers]
    return set(finder.find(names, data, read, given.get("judged", frozenset()), given.get("codes", {})))


OFFERS = ("refer-physical-therapy", "assess-red-flag", "add-lumbar-mri", "cancel-order")


@pytest.mark.parametrize(
    "body",
    [
        order(THERAPY, SCT, status="active"),
        order(THERAPY, "http://snomed.info/sct/731000124108"),
        order("x", "https://ehr.example/orders", code={"text": "Referral to physical therapy"}),
        order("PT", "https://ehr.example/orders", status="on-hold"),
    ],
    ids=["its code", "an edition", "our words", "the client's code"],
)
def test_a_referral_is_recognised(knowledge: Knowledge, body: Json) -> None:
    codes = {"physical-therapy-referral": ("https://ehr.example/orders", "PT")}
    assert find(knowledge, body, offers=OFFERS, codes=codes) == {"refer-physical-therapy"}
    assert find(knowledge, drafts=(body,), offers=OFFERS, codes=codes) == {"refer-physical-therapy"}


def test_an_order_of_our_own_system_is_recognised(knowledge: Knowledge) -> None:
    assert find(knowledge, order("red-flag-assessment", OWN_ORDERS), offers=OFFERS) == {"assess-red-flag"}


@pytest.mark.parametrize("fields", [{"status": "revoked"}, {"status": "completed"}, {"doNotPerform": True}])
def test_what_is_not_open_is_gone(knowledge: Knowledge, fields: Json) -> None:
    assert find(knowledge, order(THERAPY, SCT, **fields), offers=OFFERS) == set()


def mri(stage: Stage, reference: str = "ServiceRequest/7") -> Imaging:
    return Imaging(stage, "lumbar-spine", "MR", None, Side.UNSTATED, None, Source(SourceKind.ORDER, reference))


def test_imaging_is_recognised_by_what_it_shows(knowledge: Knowledge) -> None:
    for stage in (Stage.DRAFT, Stage.REQUEST):
        assert find(knowledge, offers=OFFERS, imaging=(mri(stage),)) == {"add-lumbar-mri"}
    assert find(knowledge, offers=OFFERS, imaging=(mri(Stage.STUDY),)) == set()


def test_the_judged_order_is_no_accepted_one(knowledge: Knowledge) -> None:
    body = order("30679-5", LOINC, number=7, status="active")
    judged = frozenset({"ServiceRequest/ServiceRequest-7"})
    one = mri(Stage.REQUEST, "ServiceRequest/ServiceRequest-7")
    assert find(knowledge, body, offers=OFFERS, imaging=(one,)) == {"add-lumbar-mri"}
    assert find(knowledge, body, offers=OFFERS, imaging=(one,), judged=judged) == set()


def test_an_offer_that_creates_nothing_is_never_open(knowledge: Knowledge) -> None:
    assert find(knowledge, order(THERAPY, SCT), offers=("cancel-order", "change-side")) == set()


def test_a_request_without_a_code_is_none_of_ours(knowledge: Knowledge) -> None:
    bare = order("x") | {"code": None}
    assert find(knowledge, bare, order("y", code=concept("y", "")), offers=OFFERS) == set()
