"""Whole patients through the whole service: `fixtures/fhir/` in over HTTP, exact answers out."""
