/** What is drawn or previewed but not yet kept, by person and record, so that it outlives its tab. */
import type { Operation, Plot, XY } from "../../api/cadastre.js";
import type { ToolId, Ways } from "./tools.js";

export interface Work {
  tool: ToolId;
  ways: Ways;
  /** The keys of the chosen plots. */
  chosen: string[];
  points: XY[];
  /** What was shown as a preview. */
  operation: Operation | null;
}

export class Unfinished {
  private record = 0;

  constructor(private readonly person: string) {}

  /** Say whose work is meant from here on. */
  of(record: number): void {
    this.record = record;
  }

  private get key(): string {
    return `gis.unfinished.${this.person}.${this.record}`;
  }

  /** Note how far the work is; nothing drawn and nothing previewed is nothing to note. */
  note({ chosen, ...work }: Omit<Work, "chosen"> & { chosen: Plot[] }): void {
    if (!work.points.length && !work.operation) return this.forget();
    try {
      if (this.record) localStorage.setItem(this.key, JSON.stringify({ ...work, chosen: chosen.map((plot) => plot.key) }));
    } catch {
      // A full or forbidden store only means that closing the tab ends the drawing.
    }
  }

  read(): Work | null {
    try {
      return JSON.parse(localStorage.getItem(this.key) ?? "null") as Work | null;
    } catch {
      return null;
    }
  }

  forget(): void {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // What cannot be stored is not there either.
    }
  }
}
