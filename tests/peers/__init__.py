"""Third-party programs that the tests start and connect to the service."""
