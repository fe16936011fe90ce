"""Reading one FHIR server as if it meant harm: where it may be, how long it may take, and how much it may send."""
