"""Waiting for conditions. No test sleeps for a guessed time: it waits until something is true, and
fails with a sentence when that does not happen in time."""

import os
import time

# Sanitizer builds and loaded machines are slow; correctness does not depend on this number.
PATIENCE = float(os.environ.get("TROUPE_TEST_PATIENCE", "20"))

# How much longer than usual things may take where a test says that they are quick.
SLOWNESS = PATIENCE / 20


class Deadline:
    """A point in time by which something must have happened."""

    def __init__(self, seconds=None):
        self.seconds = PATIENCE if seconds is None else seconds
        self._end = time.monotonic() + self.seconds

    def left(self):
        """Seconds until then, never negative."""
        return max(0.0, self._end - time.monotonic())

    def passed(self):
        return time.monotonic() >= self._end


def wait_until(condition, what, seconds=None):
    """Returns the first true value of `condition()`; fails naming `what` when the time is over."""
    deadline = Deadline(seconds)
    while True:
        value = condition()
        if value:
            return value
        if deadline.passed():
            raise AssertionError(f"not within {deadline.seconds:g} s: {what}")
        time.sleep(0.005)
