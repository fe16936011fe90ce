"""Authenticates callers and holds which FHIR servers each may have us read."""
