"""The library's child process and all that it starts, as one: what the library forks ends when the child does.

POSIX has process groups, which no death ends: besides the parent, a watchman outside of the group kills it when the
parent is gone, however that ended, and although the child may be stopped or hang in a foreign call. Windows has job
objects, which the system ends with the last handle to them. A process that leaves the group by itself is beyond both.
"""

import atexit
import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
import threading
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from typing import Any

_LEAST_OPEN_MAX = 65_536
_JOB_EXTENDED_LIMITS, _KILL_ON_CLOSE = 9, 0x2000
_SET_QUOTA_AND_TERMINATE = 0x0100 | 0x0001


class ProcessGroup:
    """The parent's side of it, from the start of the child on; for any thread."""

    def __init__(self, process: SpawnProcess) -> None:
        self._process = process
        self._job: _Job | None = _Job(process.pid) if sys.platform == "win32" else None
        atexit.register(self.kill)  # multiprocessing waits for its children at the end, also for one that is stopped

    def kill(self) -> None:
        """Ends all of it at once; may be called as long as the process is not closed."""
        if sys.platform == "win32":
            if self._job:
                self._job.terminate()
        elif self._process.pid is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):  # none yet, or none any more
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()  # it may not have made its group yet, and then has started nothing

    def close(self) -> None:
        """Ends what is left of it."""
        atexit.unregister(self.kill)
        self.kill()
        if self._job:
            self._job.close()


def lead_group() -> None:
    """In the child, before anything that may start a process: makes the group and has it end with the parent."""
    if sys.platform != "win32":
        os.setsid()
        lives, _ = os.pipe()  # of which anyone of the group holds the other end open
        with contextlib.suppress(OSError):  # no further process can be started, by the library neither
            group = os.getpid()
            if os.fork():
                os.close(lives)
                return
            try:
                _watch(group, lives)
            finally:
                os._exit(0)
    threading.Thread(target=_end_with_parent, name="watchdog", daemon=True).start()


if sys.platform != "win32":

    def _watch(group: int, lives: int) -> None:
        """The watchman's work: waits for the end of the parent or of the whole group."""
        os.setsid()
        parent = multiprocessing.parent_process()
        if parent is None:
            return
        # Nothing else stays open: the parent learns from the connection's end that the child is gone.
        low = 0
        for kept in sorted((lives, parent.sentinel)):
            os.closerange(low, kept)
            low = kept + 1
        os.closerange(low, max(low, os.sysconf("SC_OPEN_MAX"), _LEAST_OPEN_MAX))
        if parent.sentinel in wait([lives, parent.sentinel]):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)


def _end_with_parent() -> None:
    """Runs in a thread of its own, since a hung call never comes back to notice; ctypes lets it run meanwhile."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


class _BasicLimits(ctypes.Structure):
    _fields_ = (
        ("per_process_user_time", ctypes.c_int64),
        ("per_job_user_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("least_working_set", ctypes.c_size_t),
        ("most_working_set", ctypes.c_size_t),
        ("active_processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority_class", ctypes.c_uint32),
        ("scheduling_class", ctypes.c_uint32),
    )


class _ExtendedLimits(ctypes.Structure):
    _fields_ = (
        ("basic", _BasicLimits),
        ("io_counters", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


class _Job:
    """A job object of Windows with one process in it; where there can be none, that process alone is ended."""

    def __init__(self, pid: int | None) -> None:
        self._kernel: Any = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]  # Windows has it
        handle, number = ctypes.c_void_p, ctypes.c_uint32
        for name, result, *arguments in (
            ("CreateJobObjectW", handle, handle, handle),
            ("SetInformationJobObject", number, handle, ctypes.c_int, handle, number),
            ("OpenProcess", handle, number, number, number),
            ("AssignProcessToJobObject", number, handle, handle),
            ("TerminateJobObject", number, handle, number),
            ("CloseHandle", number, handle),
        ):
            function = getattr(self._kernel, str(name))
            function.restype, function.argtypes = result, arguments
        self._job = self._kernel.CreateJobObjectW(None, None)
        limits = _ExtendedLimits()
        limits.basic.flags = _KILL_ON_CLOSE
        self._kernel.SetInformationJobObject(
            self._job, _JOB_EXTENDED_LIMITS, ctypes.addressof(limits), ctypes.sizeof(limits)
        )
        process = self._kernel.OpenProcess(_SET_QUOTA_AND_TERMINATE, 0, pid or 0)
        self._kernel.AssignProcessToJobObject(self._job, process)
        self._kernel.CloseHandle(process)

    def terminate(self) -> None:
        """Ends every process in it."""
        self._kernel.TerminateJobObject(self._job, 1)

    def close(self) -> None:
        """Gives it back, which ends every process in it too."""
        self._kernel.CloseHandle(self._job)
