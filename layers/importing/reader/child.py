"""The reading process itself: `python -m layers.importing.reader.child`, driven over its pipes.

Requests come as JSON lines on standard input; answers go out as frames on standard output: one
byte of kind (J message, C copy data), four bytes of length, the bytes. The process locks itself
down before it loads a library, and handles one file in one scratch folder.
"""

import json
import os
import struct
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from layers.importing.reader import archive, drivers, formats, limits, rasters, rasterwriting
from layers.importing.reader.refusals import Refusal

_SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/dev/null",
    "/dev/urandom",
    "/proc/self",
    "/proc/cpuinfo",
)


_ROOT = Path(__file__).resolve().parents[3]


def libraries() -> set[Path]:
    """Return the folders of code that the process may read: never the checkout, where an instance may lie."""
    found = {Path(one).resolve() for one in (*sys.path, sys.prefix, sys.base_prefix, sys.exec_prefix) if one}
    return {one for one in found if one != _ROOT and one not in _ROOT.parents} | {
        Path(__file__).resolve().parents[2]
    }


class Child:
    """Holds the opened file between requests."""

    def __init__(self, out: int) -> None:
        self.out = out
        self._writer: ThreadPoolExecutor | None = None
        self._written: Future[None] | None = None
        self.sources: list[archive.Source] = []
        self.scratch = Path()
        self._prepared: tuple[dict[str, Any], list[archive.Source]] | None = None

    def tell(self, message: dict[str, Any]) -> None:
        """Send one message."""
        self._frame(b"J", json.dumps(message, ensure_ascii=False, default=str, allow_nan=False).encode())

    def send(self, rows: bytes) -> None:
        """Send COPY rows."""
        self._frame(b"C", rows)

    def _frame(self, kind: bytes, payload: bytes) -> None:
        frame = kind + struct.pack(">I", len(payload)), payload
        if self._writer is None:
            self._write(frame)
            return
        if self._written:
            self._written.result()
        self._written = self._writer.submit(self._write, frame)

    def _write(self, frame: tuple[bytes, bytes]) -> None:
        for part in frame:
            view = memoryview(part)
            while view:
                view = view[os.write(self.out, view) :]

    @contextmanager
    def writing_behind(self) -> Iterator[None]:
        """Go on while the last frame is on its way; the thread begins, and is, as locked down as the process."""
        with ThreadPoolExecutor(1) as self._writer:
            yield
        self._writer = self._written = None

    def open(self, request: dict[str, Any]) -> None:
        """Lock down, load the libraries, find out what the file is."""
        path, scratch = Path(request["path"]), Path(request["scratch"])
        limit = limits.Limits(**request["limits"])
        originals = {one.resolve() for one in scratch.iterdir()} | {path.resolve()}
        readable = [*map(Path, _SYSTEM), *libraries(), *originals]
        held = limits.lock_down(limit, readable=readable, writable=[scratch])
        self.scratch = scratch
        limits.limit_memory(limit.memory_bytes, for_good=False)
        self.sources = _sources(path, request["name"], scratch)
        self._load(limit)
        self.tell({"kind": "opened", "locks": held, "formats": sorted({s.format.id for s in self.sources})})

    def _load(self, limit: limits.Limits) -> None:
        """Load what reads the sources, and nothing else; then the limit of memory stays."""
        for source in self.sources:
            _check_parts(source)
        if self.is_raster:
            rasters.load(self.scratch)
            limits.limit_memory(limit.memory_bytes)
            return
        gdal = drivers.load_gdal(self.scratch)
        limits.limit_memory(limit.memory_bytes)
        # Only where one is missing: the option makes GDAL open the others for writing.
        restore = any(_lacks_index(source) for source in self.sources)
        gdal.set_gdal_config_options({"SHAPE_RESTORE_SHX": restore})

    @property
    def is_raster(self) -> bool:
        """Say whether the sources are cells; an archive that has both is refused."""
        found = {source.format.is_raster for source in self.sources}
        if len(found) > 1:
            raise Refusal("archive_mixed")
        return True in found

    def inspect(self, request: dict[str, Any]) -> None:
        """Describe the file."""
        if self.is_raster:
            self.tell({"kind": "inspected", **rasters.inspect(self.sources, request["grid"])})
            return
        from layers.importing.reader import inspection

        sources = self.prepared(request["reading"])
        found = inspection.inspect(sources, request["grid"], brief=request["brief"])
        self.tell({"kind": "inspected", **found})

    def copy(self, request: dict[str, Any]) -> None:
        """Stream a layer."""
        from layers.importing.reader.copying import Copying

        if self.is_raster:
            raise Refusal("raster_for_layers")
        index, _, name = request["layer"].partition(":")
        source = self.prepared(request["reading"])[int(index)]
        with self.writing_behind():
            Copying(source, name, request, self.send, self.tell).run()

    def write_raster(self, request: dict[str, Any]) -> None:
        """Write the raster anew into the scratch folder."""
        if not self.is_raster:
            raise Refusal("raster_is_layer")
        rasterwriting.write(self.sources, request, self.scratch, self.tell)

    def prepared(self, reading: dict[str, Any]) -> list[archive.Source]:
        """Return the sources as layers can be read from: tables and drawings are first written anew."""
        from layers.importing.reader import drawings, networks, spreadsheets

        if self._prepared is None or self._prepared[0] != reading:
            found: list[archive.Source] = []
            for number, source in enumerate(self.sources):
                if source.format.is_table:
                    found += spreadsheets.written(source, reading, self.scratch, number)
                elif source.format is formats.DXF:
                    found.append(drawings.written(source, _fresh(self.scratch / f"drawing{number}.gpkg")))
                elif source.format is formats.EPANET:
                    found.append(networks.written(source, _fresh(self.scratch / f"network{number}.gpkg")))
                else:
                    found.append(source)
            self._prepared = (reading, found)
        return self._prepared[1]

    def shapes(self, request: dict[str, Any]) -> None:
        """Hand out the lines and outlines of a small drawing."""
        from layers.importing.reader import survey

        if self.is_raster:
            raise Refusal("raster_for_layers")
        self.tell({"kind": "shapes", **survey.shapes(self.sources)})


def _sources(path: Path, name: str, scratch: Path) -> list[archive.Source]:
    kind = formats.identify(path, name)
    if kind in (formats.ARCHIVE, formats.TAR):
        return archive.unpack(path, scratch)
    return [archive.Source(path, Path(name).stem, formats.by_id(kind))]


def _check_parts(source: archive.Source) -> None:
    if source.format is formats.SHAPEFILE and not source.path.with_suffix(".dbf").exists():
        raise Refusal("shapefile_without_dbf", name=source.name)


def _fresh(path: Path) -> Path:
    path.unlink(missing_ok=True)
    return path


def _lacks_index(source: archive.Source) -> bool:
    return source.format is formats.SHAPEFILE and not source.path.with_suffix(".shx").exists()


def _reason(error: BaseException) -> dict[str, Any]:
    """Put what a library said into a refusal: the reader never fails in any other way."""
    if isinstance(error, Refusal):
        return error.as_dict()
    if isinstance(error, MemoryError):
        return {"code": "too_much_memory", "params": {}}
    said = str(error).replace("\n", " ")
    said = " ".join(word for word in said.split() if not word.strip("'\"").startswith("/"))
    return {"code": "file_unreadable", "params": {"said": said[:300]}}


def main() -> None:
    """Serve requests until standard input ends."""
    out = os.dup(1)
    # Whatever a library prints must not get between the frames.
    os.dup2(2, 1)
    child = Child(out)
    verbs = {
        "open": child.open,
        "inspect": child.inspect,
        "copy": child.copy,
        "shapes": child.shapes,
        "write_raster": child.write_raster,
    }
    for line in sys.stdin:
        request = json.loads(line)
        try:
            verbs[request["do"]](request)
        # A parser may fail in any way on a hostile file; each of them is the file's fault.
        except Exception as error:
            child.tell({"kind": "refusal", **_reason(error)})


if __name__ == "__main__":
    main()
