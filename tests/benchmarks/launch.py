"""In the benchmarks: run a command and print its wall time, processor time and peak memory as JSON.

A process of its own, and a small one: Linux counts the memory of the parent at the time of the start
to the peak of the child.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time

BYTES = 1 if sys.platform == "darwin" else 1024
"""Unit of ``ru_maxrss``."""


def main() -> None:
    """Run the command given as arguments; raises CalledProcessError when it fails."""
    start = time.perf_counter()
    subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = used.ru_utime + used.ru_stime
    peak = used.ru_maxrss * BYTES
    print(json.dumps({"seconds": seconds, "processor_seconds": processor, "peak_mb": peak / 1e6}))


if __name__ == "__main__":
    main()
