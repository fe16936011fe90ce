"""A whole population in a dry run: reads an export of FHIR data, judges each patient as of past moments, and counts."""
