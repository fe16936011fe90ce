"""Programs nobody here wrote, started by the tests to talk with the service."""
