"""What the kernel says of a process: CPU time, memory, and how busy a core is."""

import os
import time
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """CPU time of all its threads so far; for another process, in ticks of 10 ms."""
    if pid == os.getpid():
        return time.process_time()
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def resident(pid: int) -> int:
    """Bytes in memory."""
    return _status(pid, "VmRSS")


def high_water(pid: int) -> int:
    """The most bytes in memory since `reset_high_water`."""
    return _status(pid, "VmHWM")


def reset_high_water(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _status(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    return 0


def core_times(core: int) -> tuple[float, float]:
    """Seconds that a core was busy, and seconds in all, since the machine began.

    What runs with a lower priority (`nice`) is not counted as busy: it gives way.
    """
    for line in Path("/proc/stat").read_text().splitlines():
        name, *told = line.split()
        if name == f"cpu{core}":
            times = [int(each) / _TICK for each in told[:8]]
            _user, nice, _system, idle, waiting, *_ = times
            return sum(times) - nice - idle - waiting, sum(times)
    return 0.0, 1.0
