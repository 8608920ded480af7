"""How much one partner may ask for: a bucket that refills evenly. Pure; the caller passes its clock."""

from __future__ import annotations

import threading


class Bucket:
    """Holds at most `capacity` and refills by `per_minute`. Costs beyond what is there are refused, not queued."""

    def __init__(self, per_minute: float, capacity: float | None = None) -> None:
        self.per_minute = per_minute
        self.capacity = per_minute if capacity is None else capacity
        self._level = self.capacity
        self._seen = 0.0
        self._lock = threading.Lock()

    def take(self, cost: float, at: float) -> float:
        """Take `cost` at the monotonic second `at`: 0.0 if it was there, else how many seconds to wait for it."""
        with self._lock:
            if self._seen:
                self._level = min(self.capacity, self._level + (at - self._seen) * self.per_minute / 60)
            self._seen = at
            # One thing larger than the bucket may still pass when the bucket is full.
            needed = min(cost, self.capacity)
            if self._level >= needed:
                self._level -= cost
                return 0.0
            return (needed - self._level) * 60 / self.per_minute
