"""The portal's end of the pipes: starts the reading process, asks it, kills it when it takes too long."""

import json
import os
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

from layers.importing.reader import formats
from layers.importing.reader.limits import Limits
from layers.importing.reader.refusals import Refusal

_ROOT = Path(__file__).resolve().parents[3]
_MAX_MESSAGE = 64 << 20
_HEADER = struct.Struct(">cI")
Message = dict[str, Any]


class Reader:
    """One reading process with one file; use it as a context manager.

    `name` is the file's name as people know it; the process never opens anything by it. Every
    way in which the process can end badly comes out as a `Refusal`.
    """

    def __init__(self, path: Path, *, name: str = "", limits: Limits | None = None) -> None:
        self.path = path.resolve()
        self.name = name or path.name
        self.limits = limits or Limits()
        self.locks: list[str] = []
        self.peak_rss_kb = 0

    def __enter__(self) -> Self:
        self.scratch = Path(tempfile.mkdtemp(prefix="gisportal-read-"))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "layers.importing.reader.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self.scratch,
            env=_environment(),
            start_new_session=True,
        )
        self._in, self._out = cast(IO[bytes], self._process.stdin), cast(IO[bytes], self._process.stdout)
        self._deadline = time.monotonic() + self.limits.wall_s
        try:
            self._open()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        _, _, usage = os.wait4(self._process.pid, 0) if self._process.returncode is None else (0, 0, None)
        if usage is not None:
            self.peak_rss_kb = usage.ru_maxrss
            self._process.returncode = -signal.SIGKILL
        for pipe in (self._in, self._out):
            with suppress(BrokenPipeError):
                pipe.close()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def inspect(self, *, grid: int, brief: bool = False, reading: Message | None = None) -> Message:
        """Return the description of the file; `grid` is the municipality's EPSG code (see `inspection`).

        `reading` says how a table is read (see `spreadsheets`).
        """
        return self._ask({"do": "inspect", "grid": grid, "brief": brief, "reading": reading or {}})

    def shapes(self) -> Message:
        """Return the lines and outlines of a small drawing with their coordinates (see `survey`)."""
        return self._ask({"do": "shapes"})

    def copy(self, request: Message, on_message: Callable[[Message], None]) -> "CopyStream":
        """Start streaming a layer (`layer`, `fields`, `encoding`, `bounds`, `swap_axes`, `reading`, `only`, `straight`)."""
        self._write({"do": "copy", **request})
        return CopyStream(self, on_message)

    def write_raster(self, request: Message, told: Callable[[int, int | None], None]) -> tuple[Path, Message]:
        """Write the raster anew (`kind`, `band`, `srid`; see `rasters`); return the file in the scratch folder.

        `told` gets how many of how many parts are done, at least every half second, and may raise
        to stop the work. The file is gone when the reader is left.
        """
        self._write({"do": "write_raster", **request})
        out, done, total, expected = self.scratch / "raster.tif", 0, None, 0
        while True:
            while not self._is_ready(0.5):
                if expected and total and out.exists():
                    done = total + min(total, total * out.stat().st_size // expected)
                told(done, total and 2 * total)
            _kind, length = next(self.frames())
            message = self.message(length)
            if message["kind"] == "tally":
                return out, message
            done, total = message.get("done", done), message.get("total", total)
            expected = message.get("bytes", expected)
            told(done, total and 2 * total)

    def _is_ready(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._out.fileno()], [], [], seconds)
        if not ready and time.monotonic() > self._deadline:
            raise Refusal("too_much_time", seconds=self.limits.wall_s)
        return bool(ready)

    def frames(self) -> Iterator[tuple[bytes, int]]:
        """Yield the kind and length of each frame; the caller reads the frame's bytes."""
        while True:
            kind, length = _HEADER.unpack(self.read(_HEADER.size))
            yield kind, length

    def read(self, size: int) -> bytes:
        """Read exactly that many bytes, or refuse: the process died or its time is up."""
        parts = []
        while size:
            part = self.read_some(size)
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def read_some(self, size: int) -> bytes:
        """Read at least one byte and at most `size`."""
        descriptor = self._out.fileno()
        ready, _, _ = select.select([descriptor], [], [], max(self._deadline - time.monotonic(), 0))
        if not ready:
            raise Refusal("too_much_time", seconds=self.limits.wall_s)
        part = os.read(descriptor, min(size, 1 << 20))
        if not part:
            raise self._died()
        return part

    def message(self, length: int) -> Message:
        """Read one message; a refusal in it is raised."""
        if length > _MAX_MESSAGE:
            raise Refusal("file_unreadable", said="")
        message: Message = json.loads(self.read(length))
        if message["kind"] == "refusal":
            raise Refusal(message["code"], **message["params"])
        return message

    def _open(self) -> None:
        path = _laid_out(self.path, self.scratch)
        request = {
            "path": str(path),
            "scratch": str(self.scratch),
            "name": self.name,
            "limits": asdict(self.limits),
        }
        self.locks = self._ask({"do": "open", **request})["locks"]

    def _ask(self, request: Message) -> Message:
        self._write(request)
        kind, length = next(self.frames())
        if kind != b"J":
            raise Refusal("file_unreadable", said="")
        return self.message(length)

    def _write(self, request: Message) -> None:
        try:
            self._in.write(json.dumps(request).encode() + b"\n")
            self._in.flush()
        except BrokenPipeError as error:
            raise self._died() from error

    def _died(self) -> Refusal:
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            code = 0
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            return Refusal("too_much_time", seconds=self.limits.cpu_s)
        if code == -signal.SIGXFSZ:
            return Refusal("archive_bomb")
        return Refusal("reader_died", exit_code=code)


class CopyStream:
    """COPY rows as the file object that psycopg2 reads from; messages go to `on_message` on the way."""

    def __init__(self, reader: Reader, on_message: Callable[[Message], None]) -> None:
        self._reader, self._on_message = reader, on_message
        self._left = 0
        self.ended = False
        self.failure: BaseException | None = None

    def read(self, size: int = 1 << 16) -> bytes:
        """Return up to `size` bytes of rows, none at the end; what stops it is kept in `failure`."""
        try:
            return self._next(size)
        except BaseException as error:
            self.failure = error
            raise

    def reach_rows(self) -> None:
        """Hear what comes before the first row."""
        while not self._left and not self.ended:
            kind, length = next(self._reader.frames())
            if kind == b"C":
                self._left = length
            else:
                message = self._reader.message(length)
                self.ended = message["kind"] == "tally"
                self._on_message(message)

    def _next(self, size: int) -> bytes:
        self.reach_rows()
        if not self._left:
            return b""
        part = self._reader.read_some(min(size, self._left))
        self._left -= len(part)
        return part


def _environment() -> dict[str, str]:
    """Return the whole environment of the process: nothing of the portal's own secrets or settings."""
    return {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(_ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LC_ALL": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "MALLOC_ARENA_MAX": "2",
        "MALLOC_TRIM_THRESHOLD_": "1048576",
        "MALLOC_MMAP_THRESHOLD_": "262144",
    }


def _laid_out(path: Path, scratch: Path) -> Path:
    """Show the file, and what belongs to it, in the scratch folder under names of our own."""
    suffix = path.suffix.lower()
    sidecars = next((one.sidecars for one in formats.FORMATS if suffix in one.suffixes), ())
    shown = scratch / f"source{suffix}"
    shown.symlink_to(path)
    beside = {one.name.lower(): one for one in path.parent.iterdir()} if sidecars else {}
    for sidecar in sidecars:
        companion = beside.get(path.stem.lower() + sidecar)
        if companion and companion.is_file():
            (scratch / f"source{sidecar}").symlink_to(companion.resolve())
    return shown
