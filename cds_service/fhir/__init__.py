"""Shapes and decoding of FHIR R4 resources, and nothing else."""
