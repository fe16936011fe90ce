"""What broken requests, charts, databases and FHIR servers cost."""
