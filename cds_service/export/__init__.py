"""Export of the content as FHIR R4 resources, for terminology servers and other readers of FHIR. No I/O."""

from cds_service.export.bundle import build_transaction, export_resources
from cds_service.export.icd10cm import parse_code_list

__all__ = ["build_transaction", "export_resources", "parse_code_list"]
