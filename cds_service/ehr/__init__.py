"""Fetching a call's data: prefetch first, then the EHR's FHIR server, and what is missing in the end."""
