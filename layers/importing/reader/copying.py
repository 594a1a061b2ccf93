"""One layer streamed as PostgreSQL COPY rows, with every repair and refusal told on the way."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from layers.importing.reader import binary, columns, drawings, geometry, inspection, opening
from layers.importing.reader.ahead import ahead
from layers.importing.reader.archive import Source
from layers.importing.reader.straight import Misfit, Straight

BATCH = 5_000
TOLD_ROWS = 10_000
Tell = Callable[[dict[str, Any]], None]
Send = Callable[[bytes], None]


class Copying:
    """Reads a layer in batches and sends COPY rows: row number, feature number, attributes, geometry.

    With `straight` (see there) the tile geometry follows, the table's geometry type is told before
    the first row, and a row that does not fit ends the stream with a message of that kind.
    """

    def __init__(self, source: Source, name: str, request: dict[str, Any], send: Send, tell: Tell) -> None:
        self.source, self.name = source, name
        self.fields: Sequence[dict[str, str]] = request["fields"]
        self.encoding: str | None = request.get("encoding") if source.format.raw_text else None
        self.bounds = tuple(request["bounds"]) if request.get("bounds") else None
        self.where = drawings.only(request["only"]) if request.get("only") else None
        self.swap = bool(request.get("swap_axes"))
        self.straight = Straight(request["straight"]) if request.get("straight") else None
        self.send, self.tell = send, tell
        self.read = self.kept = self.flattened = self.lost_text = self.placeless = 0
        self.told = {"repaired": 0, "refused": 0}
        self.types: set[str] = set()

    def run(self) -> None:
        """Read to the end; the last thing told is the tally."""
        try:
            self._read()
        except Misfit:
            self.tell({"kind": "misfit"})
            return
        if self.kept:
            self.send(binary.TRAILER)
        self.tell(
            {
                "kind": "tally",
                "read": self.read,
                "kept": self.kept,
                "types": sorted(self.types),
                "flattened": self.flattened,
                "placeless": self.placeless,
                "lost_text": self.lost_text,
                **self.told,
            }
        )

    def _read(self) -> None:
        with opening.stream(
            self.source,
            self.name,
            batch_size=BATCH,
            columns=[field["name"] for field in self.fields],
            return_fids=True,
            where=self.where,
        ) as (info, reader):
            shape = inspection.geometry_name(info, reader.schema)
            fid = info.get("fid_column") or reader.schema.names[0]
            for batch, judged in ahead(self._judged(reader, str(shape))):
                self._batch(batch, judged, batch.column(shape), fid)

    def _judged(self, batches: Iterable[pa.RecordBatch], shape: str) -> Iterator[Any]:
        for batch in batches:
            judged = geometry.judge(self._turned(batch.column(shape)), self.bounds)
            if self.swap:
                judged.changed |= judged.keep
            yield batch, judged

    def _batch(self, batch: pa.RecordBatch, judged: geometry.Judged, wkb: pa.Array, fid: str) -> None:
        texts = [self._prepared(batch, field) for field in self.fields]
        kinds = np.unique(shapely.get_type_id(judged.shapes[judged.keep]))
        self.types.update(_TYPE_NAMES[int(kind)] for kind in kinds if kind >= 0)
        straight = self.straight
        if straight and judged.keep.any():
            self._settle(straight, is_whole=not self.read and len(batch) < BATCH)
        self._report(judged, texts)
        numbers = pa.array(np.arange(self.read + 1, self.read + 1 + len(batch)))
        fids = batch.column(fid) if fid in batch.schema.names else numbers
        places = [columns.wkb_geometry(wkb, judged.shapes, judged.changed & judged.keep)]
        if straight:
            places = straight.geometries(np.where(judged.keep, judged.shapes, None), places[0])
        self._send([numbers, fids, *texts, *places], judged.keep)
        self.read += len(batch)
        self.kept += int(judged.keep.sum())
        self.flattened += judged.flattened
        self.placeless += judged.placeless
        self.tell({"kind": "progress", "read": self.read})

    def _send(self, made: Sequence[pa.Array], keep: Any) -> None:
        if not keep.all():
            made = [column.filter(pa.array(keep)) for column in made]
        places = ["wkb"] * (len(made) - 2 - len(self.fields))
        rows = binary.rows(made, ["bigint", "text", *(field["type"] for field in self.fields), *places])
        if rows is not None:
            self.send(rows if self.kept else binary.HEADER + rows.to_pybytes())

    def _settle(self, straight: Straight, *, is_whole: bool) -> None:
        begun = bool(straight.kind)
        straight.settle(self.types, is_whole=is_whole)
        if not begun:
            self.tell({"kind": "settled", "geometry_type": straight.kind})

    def _turned(self, wkb: pa.Array) -> Any:
        values = wkb.to_numpy(zero_copy_only=False)
        if not self.swap:
            return values
        shapes = shapely.from_wkb(values, on_invalid="ignore")
        return shapely.to_wkb(shapely.transform(shapes, lambda xy: xy[:, ::-1]))

    def _prepared(self, batch: pa.RecordBatch, field: dict[str, str]) -> pa.Array:
        column, lost = columns.prepared(batch.column(field["name"]), field["type"], self.encoding)
        self.lost_text += lost
        return column

    def _report(self, judged: geometry.Judged, texts: Sequence[pa.Array]) -> None:
        for kind, rows in (("repaired", judged.repaired), ("refused", judged.refused)):
            for row, reason in sorted(rows):
                self.told[kind] += 1
                if self.told[kind] > TOLD_ROWS:
                    continue
                values = [columns.plain(text[row].as_py()) for text in texts] if kind == "refused" else []
                self.tell({"kind": kind, "row": self.read + row + 1, "reason": reason, "values": values})


_TYPE_NAMES = {
    0: "Point",
    1: "LineString",
    2: "LineString",
    3: "Polygon",
    4: "MultiPoint",
    5: "MultiLineString",
    6: "MultiPolygon",
    7: "GeometryCollection",
}
