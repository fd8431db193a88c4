"""How much memory a process has, as the system counts it; only Linux tells."""

from pathlib import Path

MB = 1_000_000


def available() -> bool:
    """Whether the system tells."""
    return Path("/proc/self/clear_refs").exists()


def resident_mb(pid: int | str = "self") -> float:
    """What of a process is in memory now."""
    return _status_mb("VmRSS", pid)


def peak_mb(pid: int | str = "self") -> float:
    """The most of it that ever was, or has been since `forget_peak`."""
    return _status_mb("VmHWM", pid)


def forget_peak() -> None:
    """Has this process's peak counted anew from what is in memory now."""
    Path("/proc/self/clear_refs").write_text("5")


def _status_mb(name: str, pid: int | str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024 / MB
    raise ValueError(f"no {name} of process {pid}")
