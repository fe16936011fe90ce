"""The HTTP layer: routes, one error format, CORS, and the only broad exception handler."""
