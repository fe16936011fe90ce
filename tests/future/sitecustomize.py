"""Python runs this at its start under `make future`: where libfaketime leaves monotonic clocks alone, sleeping fails.

libfaketime 0.9.10 shifts the deadline of `clock_nanosleep` all the same, and the call returns EINVAL. With monotonic
clocks shifted too, waiting for a lock never ends.
"""

import select
import time

time.sleep = lambda seconds: select.select([], [], [], seconds) and None
