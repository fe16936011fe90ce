"""How long a test waits for what must come about. No test asserts how long anything took: a machine may be busy."""

LIVENESS_S = 60.0  # seconds: far more than anything here takes, so that only what hangs reaches it
LONGER_S = 4 * LIVENESS_S  # how long a fault goes on that must not be waited for, unless it is stopped
