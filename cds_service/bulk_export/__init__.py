"""Exports a population from a FHIR server: Bulk Data Access `$export` as a SMART backend service."""
