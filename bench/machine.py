"""What every bench says of the machine that it ran on."""

import hashlib
import time


def machine() -> float:
    """Nanoseconds of CPU that a plain hash takes just now: tells a busy machine from a free one."""
    data, count, best = b"x" * 100, 20_000, float("inf")
    for _ in range(5):
        begun = time.process_time()
        for _ in range(count):
            hashlib.sha256(data).digest()
        best = min(best, (time.process_time() - begun) / count)
    return best * 1e9
