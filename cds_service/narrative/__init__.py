"""Text into statements: findings with value, side and qualifiers. Knows no FHIR."""
