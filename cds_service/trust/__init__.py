"""Who may call, and which FHIR servers a call may make us read."""
