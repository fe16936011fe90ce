"""The content as FHIR R4 resources, for a site's terminology server and for readers of FHIR. Values, no I/O."""

from cds_service.export.bundling import as_bundle, export_resources
from cds_service.export.icd10cm import read_codes

__all__ = ["as_bundle", "export_resources", "read_codes"]
