"""HTTP: routes, one error shape, CORS, and the single broad handler."""
