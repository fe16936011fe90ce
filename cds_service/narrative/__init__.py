"""Read text into statements: findings with value, side and qualifiers. Knows nothing of FHIR."""
