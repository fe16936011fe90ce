"""All exported resources, and the transaction that writes them to a server under their own ids."""

from collections.abc import Iterable, Sequence

from cds_service.export.code_systems import build_code_systems
from cds_service.export.metadata import Resource
from cds_service.export.plan_definitions import build_plan_definitions
from cds_service.export.questionnaires import build_questionnaires
from cds_service.export.value_sets import build_value_sets
from cds_service.knowledge import Knowledge


def export_resources(knowledge: Knowledge, icd10cm: Sequence[str] = ()) -> list[Resource]:
    """Build code systems, value sets, questionnaires and rules; each comes after those that it refers to."""
    return [
        *build_code_systems(knowledge),
        *build_value_sets(knowledge, icd10cm),
        *build_questionnaires(knowledge),
        *build_plan_definitions(knowledge),
    ]


def build_transaction(resources: Iterable[Resource]) -> Resource:
    """Build a transaction that creates or replaces each resource (R4, "transaction")."""
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": resource["url"],
                "resource": resource,
                "request": {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"},
            }
            for resource in resources
        ],
    }
