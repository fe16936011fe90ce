"""Fetch the data of a call: prefetch first, then the EHR's FHIR server, and report what is missing."""
