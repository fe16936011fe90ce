"""Turn the bytes of an attachment into text, or say why that was not done. Knows nothing of FHIR."""
