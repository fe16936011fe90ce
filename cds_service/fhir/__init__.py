"""FHIR: prefetch templates, the EHR client, and reading R4 resources into facts. What is received is untrusted."""
