"""What /proc says about a process that goes on while one looks: what is gone by the time it is read is left out."""

import contextlib
import os
import pathlib


def descriptors(pid):
    """What each open descriptor is, e.g. `socket:[123]`."""
    found = []
    for one in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):
            found.append(os.readlink(f"/proc/{pid}/fd/{one}"))
    return found


def thread_states(pid):
    """One letter for each thread, e.g. `T` for one that a signal stopped."""
    found = []
    for one in pathlib.Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            found.append((one / "stat").read_text().rpartition(")")[2].split()[0])
    return found
