"""What the reading process gives up before it opens a file: network, other files, memory, time.

Each lock is tried on its own, because what a kernel permits differs: a network namespace needs a
privilege or user namespaces, the system call filter and the file rules (Landlock) need neither.
`lock_down` returns the names of those that hold; without either network lock it refuses to go on.
It comes before the libraries are loaded, while the process has one thread: the locks bind the
thread that takes them and those that it starts.
"""

import ctypes
import os
import platform
import resource
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from layers.importing.reader.refusals import Refusal

_LIBC = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _PR_SET_DUMPABLE = 22, 38, 4
_EPERM = 1
# System calls that a reader of files never needs: (audit architecture, sockets, programs, tracing).
_FORBIDDEN_CALLS = {
    "x86_64": (0xC000003E, (41, 42, 49, 50, 53, 59, 101, 322, 310, 311, 425)),
    "aarch64": (0xC00000B7, (198, 203, 200, 201, 199, 221, 117, 281, 270, 271, 425)),
}
# linux/landlock.h: system calls are numbered alike on every architecture.
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_READ = 0x1 | 0x4 | 0x8
_WRITE = 0x1FFF & ~_READ


@dataclass(frozen=True)
class Limits:
    """What one reading may use: seconds of processor, bytes of memory and bytes in one written file."""

    cpu_s: int = 600
    wall_s: int = 900
    memory_bytes: int = 1 << 30
    file_bytes: int = 4 << 30


def lock_down(limits: Limits, *, readable: Sequence[Path], writable: Sequence[Path]) -> list[str]:
    """Give up everything but reading `readable` and writing `writable`; return the locks that hold."""
    _limit_use(limits)
    _LIBC.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    held = [
        name
        for name, lock in (("network_namespace", _leave_network), ("call_filter", _filter_calls))
        if lock()
    ]
    if not held:
        raise Refusal("sandbox_missing")
    return held + (["file_rules"] if _restrict_files(readable, writable) else [])


def limit_memory(allowance: int, *, for_good: bool = True) -> None:
    """Let the process grow by `allowance` bytes of address space and no more; for good when all is loaded."""
    space = _address_space() + allowance
    resource.setrlimit(resource.RLIMIT_AS, (space, space if for_good else resource.RLIM_INFINITY))


def _limit_use(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file_bytes, limits.file_bytes))
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))


def _address_space() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def _leave_network() -> bool:
    return _LIBC.unshare(_CLONE_NEWNET) == 0 or _LIBC.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0


def _filter_calls() -> bool:
    known = _FORBIDDEN_CALLS.get(platform.machine())
    if known is None:
        return False
    architecture, calls = known
    program = _program(architecture, calls)
    code = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    filter_ = ctypes.create_string_buffer(header, len(header))
    return _LIBC.prctl(_PR_SET_SECCOMP, 2, ctypes.byref(filter_), 0, 0) == 0


def _program(architecture: int, calls: tuple[int, ...]) -> bytes:
    """Return the filter: another architecture dies, a forbidden call is answered EPERM, others pass."""
    load, jump_equal, answer = 0x20, 0x15, 0x06
    lines = [(load, 0, 0, 4), (jump_equal, 1, 0, architecture), (answer, 0, 0, 0x80000000), (load, 0, 0, 0)]
    for index, call in enumerate(calls):
        lines.append((jump_equal, len(calls) - index, 0, call))
    lines += [(answer, 0, 0, 0x7FFF0000), (answer, 0, 0, 0x00050000 | _EPERM)]
    return b"".join(struct.pack("HBBI", *line) for line in lines)


def _restrict_files(readable: Sequence[Path], writable: Sequence[Path]) -> bool:
    rules = _LIBC.syscall(
        _LANDLOCK_CREATE, ctypes.byref(ctypes.c_uint64(_READ | _WRITE)), ctypes.c_size_t(8), 0
    )
    if rules < 0:
        return False
    for paths, rights in ((readable, _READ), (writable, _READ | _WRITE)):
        for path in paths:
            _allow(rules, path, rights)
    held: bool = _LIBC.syscall(_LANDLOCK_RESTRICT, rules, 0) == 0
    os.close(rules)
    return held


def _allow(rules: int, path: Path, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH)
    except FileNotFoundError:
        return
    if not path.is_dir():
        rights &= 0x1 | 0x2 | 0x4  # execute, write, read: what a single file can be granted
    rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, descriptor), 12)
    _LIBC.syscall(_LANDLOCK_ADD, rules, 1, ctypes.byref(rule), 0)
    os.close(descriptor)
