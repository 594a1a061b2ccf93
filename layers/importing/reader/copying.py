"""One layer streamed as PostgreSQL COPY rows, with every repair and refusal told on the way."""

import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
import shapely

from layers.importing.reader import columns, drawings, geometry, inspection, opening
from layers.importing.reader.archive import Source

BATCH = 8_000
TOLD_ROWS = 10_000
_CSV = arrow_csv.WriteOptions(include_header=False, batch_size=4096, quoting_style="needed")
Tell = Callable[[dict[str, Any]], None]
Send = Callable[[bytes], None]


class Copying:
    """Reads a layer in batches and sends COPY rows: row number, feature number, attributes, geometry."""

    def __init__(self, source: Source, name: str, request: dict[str, Any], send: Send, tell: Tell) -> None:
        self.source, self.name = source, name
        self.fields: Sequence[dict[str, str]] = request["fields"]
        self.encoding: str | None = request.get("encoding") if source.format.raw_text else None
        self.bounds = tuple(request["bounds"]) if request.get("bounds") else None
        self.where = drawings.only(request["only"]) if request.get("only") else None
        self.swap = bool(request.get("swap_axes"))
        self.send, self.tell = send, tell
        self.read = self.kept = self.flattened = self.lost_text = self.placeless = 0
        self.told = {"repaired": 0, "refused": 0}
        self.types: set[str] = set()

    def run(self) -> None:
        """Read to the end; the last thing told is the tally."""
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
            for batch in reader:
                self._batch(batch, str(shape), fid)
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

    def _batch(self, batch: pa.RecordBatch, shape: str, fid: str) -> None:
        wkb = batch.column(shape)
        judged = geometry.judge(self._turned(wkb), self.bounds)
        if self.swap:
            judged.changed |= judged.keep
        texts = [self._prepared(batch, field) for field in self.fields]
        kinds = np.unique(shapely.get_type_id(judged.shapes[judged.keep]))
        self.types.update(_TYPE_NAMES[int(kind)] for kind in kinds if kind >= 0)
        self._report(judged, texts)
        numbers = pa.array(np.arange(self.read + 1, self.read + 1 + len(batch)))
        fids = batch.column(fid) if fid in batch.schema.names else numbers
        hexed = columns.hex_geometry(wkb, judged.shapes, judged.changed & judged.keep)
        table = pa.table([numbers, fids, *texts, hexed], [str(n) for n in range(len(texts) + 3)])
        if not judged.keep.all():
            table = table.filter(pa.array(judged.keep))
        out = io.BytesIO()
        arrow_csv.write_csv(table, out, _CSV)
        self.send(out.getbuffer())  # type: ignore[arg-type]
        self.read += len(batch)
        self.kept += len(table)
        self.flattened += judged.flattened
        self.placeless += judged.placeless
        self.tell({"kind": "progress", "read": self.read})

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
