"""The safety screen: what texts, codes and numbers hold that may be a reason to act. Knows no FHIR."""
