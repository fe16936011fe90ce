"""Which offers' orders are open now, as drafts or requests: what was accepted is in hand until its order is gone."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from cds_service.chart.code_systems import CodeSystemFinder
from cds_service.fhir.chart_data import ChartData
from cds_service.fhir.resources import ServiceRequest
from cds_service.model.content import Offer
from cds_service.model.facts import Chart, Stage
from cds_service.model.terminology import ORDER_SYSTEM, Terminology
from cds_service.model.vocabulary import CANONICAL_BASE
from cds_service.model.wording import OrderTemplate

_OPEN = frozenset({"active", "draft", "on-hold", None})
_ORDER_SYSTEM_URI = f"{CANONICAL_BASE}/CodeSystem/order"
OrderCodes = Mapping[str, tuple[str, str]]
"""A client's own codes for our orders: URI of the system and code, by id of `orders.toml`."""


class OpenOrderFinder:
    """Recognises the orders that offers create, among the drafts and requests of a call."""

    def __init__(self, templates: Mapping[str, OrderTemplate], terminology: Terminology) -> None:
        self._templates = templates
        self._systems = CodeSystemFinder(terminology)

    def find(
        self, offers: Iterable[Offer], data: ChartData, chart: Chart, judged: frozenset[str], client_codes: OrderCodes
    ) -> frozenset[str]:
        """Return the ids of the offers of which every order is open. `judged`: references of orders that do not count.

        An order is recognised by one of its codes, ours or the client's, by our words, or by what it images. An offer
        that creates no order is never open.
        """
        requests = [request for reference, request in _list_requests(data) if reference not in judged]
        codes = {code for request in requests for code in self._codes_of(request)}
        texts = [request.code.text for request in requests if request.code and request.code.text]
        imaging = {
            (order.region, order.modality)
            for order in chart.imaging
            if order.stage is not Stage.STUDY and order.source.reference not in judged
        }

        def is_open(name: str) -> bool:
            template = self._templates[name]
            known = {tuple(code) for sided in template.codes.values() for code in sided}
            if name in client_codes:
                known.add(client_codes[name])
            is_imaged = template.region is not None and (template.region, template.modality) in imaging
            return is_imaged or not known.isdisjoint(codes) or any(text.startswith(template.label) for text in texts)

        return frozenset(offer.id for offer in offers if offer.creates and all(map(is_open, offer.creates)))

    def _codes_of(self, request: ServiceRequest) -> Iterator[tuple[str, str]]:
        """Yield each code of a request under its system's short name and under its URI."""
        for coding in (request.code.coding or ()) if request.code else ():
            if coding and coding.code and coding.system:
                name = ORDER_SYSTEM if coding.system == _ORDER_SYSTEM_URI else self._systems.find(coding.system)
                yield from ((system, str(coding.code)) for system in (name, coding.system) if system)


def _list_requests(data: ChartData) -> Iterator[tuple[str, ServiceRequest]]:
    recorded = ((f"ServiceRequest/{one.id}", one) for one in data.resources if isinstance(one, ServiceRequest))
    drafts = ((draft.reference, draft.resource) for draft in data.drafts)
    for reference, request in chain(drafts, recorded):
        if request.status in _OPEN and not request.doNotPerform:
            yield reference, request
