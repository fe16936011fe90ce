"""Standard error, where the log goes, made such that nothing in this process waits for its reader."""

import faulthandler
import os
import stat
import sys
from contextlib import suppress
from functools import cache
from typing import Final

_STDERR: Final = 2


@cache
def open_standard_error() -> int:
    """Return the file descriptor of standard error. From then on a crash of the interpreter is reported there too.

    What Python writes in a crash must not wait for a reader either. So a pipe is opened once more, without blocking.
    That leaves it as it is for other processes that write to it.
    """
    if sys.__stderr__ is None:  # closed by whoever started us: the number may by now be that of another file
        return os.open(os.devnull, os.O_WRONLY)
    with suppress(OSError):  # no /proc, or a pipe of another user: only what a crash leaves may wait
        if stat.S_ISFIFO(os.fstat(_STDERR).st_mode):
            pipe = os.open(f"/proc/self/fd/{_STDERR}", os.O_WRONLY | os.O_NONBLOCK)
            os.dup2(pipe, _STDERR)
            os.close(pipe)
    faulthandler.enable(_STDERR, all_threads=False)
    return _STDERR
