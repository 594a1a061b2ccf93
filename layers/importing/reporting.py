"""What came of a load: its report, and the file of the rows that were refused."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from core.sheets import harmless

LISTED_ROWS = 100


@dataclass
class Report:
    """What came of a load, or would come of it: counts, reasons, notes; kept as JSON."""

    read: int = 0
    loaded: int = 0
    repaired: int = 0
    refused: int = 0
    repairs: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    repaired_rows: list[dict[str, Any]] = field(default_factory=list)
    refused_rows: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    geometry_type: str = ""
    srid: int = 0
    operation: dict[str, Any] = field(default_factory=dict)
    difference: dict[str, Any] = field(default_factory=dict)
    joined: int = 0
    rehearsed: bool = False

    def note(self, code: str, **params: Any) -> None:
        """Add something to know."""
        self.notes.append({"code": code, "params": params})

    def hear(self, message: Mapping[str, Any]) -> None:
        """Count a row that the reader repaired or refused, and list it while there are few."""
        if message["kind"] == "repaired":
            reasons, rows = self.repairs, self.repaired_rows
        else:
            reasons, rows = self.refusals, self.refused_rows
        reasons[message["reason"]] += 1
        if len(rows) < LISTED_ROWS:
            rows.append({"row": message["row"], "reason": message["reason"]})

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON."""
        return asdict(self) | {"repairs": dict(self.repairs), "refusals": dict(self.refusals)}


class RefusedRows:
    """A CSV with every refused row and its reason; made at the first of them, and only where one is asked for."""

    def __init__(self, path: Path | None, fields: Sequence[str]) -> None:
        self.path, self.fields = path, fields
        self._file: Any = None

    def write(self, message: Mapping[str, Any]) -> None:
        """Add a row that the reader refused."""
        if self.path is None:
            return
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            csv.writer(self._file).writerow(["row", "reason", *self.fields])
        cells = [message["row"], message["reason"], *message["values"]]
        csv.writer(self._file).writerow([harmless(cell) for cell in cells])

    def close(self) -> None:
        """End the file, if there is one; the next row begins it anew."""
        if self._file:
            self._file.close()
            self._file = None
