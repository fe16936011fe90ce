"""All exported resources, and the transaction that puts them on a server under their own ids."""

from collections.abc import Iterable, Sequence

from cds_service.export.code_systems import build_code_systems
from cds_service.export.metadata import Resource
from cds_service.export.plan_definitions import build_plan_definitions
from cds_service.export.value_sets import build_value_sets
from cds_service.knowledge import Knowledge


def export_resources(knowledge: Knowledge, icd10cm: Sequence[str] = ()) -> list[Resource]:
    """Code systems, value sets, rules, in an order in which each comes after what it refers to."""
    return [*build_code_systems(knowledge), *build_value_sets(knowledge, icd10cm), *build_plan_definitions(knowledge)]


def build_transaction(resources: Iterable[Resource]) -> Resource:
    """A transaction that creates or replaces each (R4, "transaction")."""
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": one["url"],
                "resource": one,
                "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"},
            }
            for one in resources
        ],
    }
