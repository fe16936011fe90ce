"""How long a test waits for an event. No test asserts how long anything took, because the machine may be busy."""

import os

LIVENESS_S = 60.0  # seconds: far more than anything here takes, so that only what hangs reaches it
LONGER_S = 4 * LIVENESS_S  # how long a fault goes on that must not be waited for, unless it is stopped

# The clock of this process, for processes that a test starts with an environment of its own: see `make future`.
CLOCK = {name: os.environ[name] for name in os.environ if name == "LD_PRELOAD" or name.startswith("FAKETIME")}
if CLOCK:
    CLOCK["PYTHONPATH"] = os.environ.get("PYTHONPATH", "")
