"""End-to-end tests: each scenario of `fixtures/fhir/` is sent over HTTP, and the response must match exactly."""
