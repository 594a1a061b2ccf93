/** What is typed, pasted, computed or read from a file instead of being drawn. */
import { cadastre, type Operation, type Plot, type SurveyShape, type XY } from "../../api/cadastre.js";
import { number, t } from "../../i18n.js";
import type { DraftingMap } from "../../map/drafting.js";
import { placeOf } from "./options.js";
import { corners, legs, polar, typed } from "./tools.js";

/** A typed place means the vertex or boundary within these metres: papers give centimetres. */
export const TYPED_REACH = 0.05;

interface Bench {
  place(at: XY): void;
  ask(operation: Operation): Promise<void>;
  basin(): number;
  notice(text: string, kind: "info" | "warn"): void;
  tell(error: unknown): void;
  render(): void;
}

/** Turns entries into operations, and holds what a surveyor's file had. */
export class Entries {
  found: SurveyShape[] = [];
  /** The vertex that a typed move begins with. */
  grip: XY | null = null;

  constructor(
    private readonly plan: DraftingMap,
    private readonly bench: Bench,
  ) {}

  /** Take a typed point: by coordinates, or by bearing and distance from the last one. */
  point(form: FormData): void {
    const value = (name: string): number => typed(String(form.get(name) ?? ""));
    const last = this.grip ?? this.plan.pencil.last();
    const at: XY = [value("east"), value("north")];
    if (at.every(Number.isFinite)) this.bench.place(at);
    else if (last && Number.isFinite(value("distance"))) this.bench.place(polar(last, value("bearing") || 0, value("distance")));
    else this.bench.notice(t("bench.point_missing"), "warn");
  }

  /** Take two typed places as a move: the vertex, then where it goes. */
  move(at: XY): void {
    const from = this.grip;
    this.grip = from ? null : this.plan.near.vertex(at, TYPED_REACH);
    if (from) void this.bench.ask({ kind: "move", arguments: { moves: [[from, at]] } });
    else if (this.grip) this.plan.mark(this.grip);
    this.bench.notice(from ? "" : t(this.grip ? "bench.move_to" : "bench.no_vertex"), this.grip || from ? "info" : "warn");
  }

  /** Enter a parcel by pasted corners in a grid. */
  corners(text: string, crs: string): void {
    void this.enter(corners(text), crs);
  }

  /** Compute a traverse, tell how it closes, and enter its outline. */
  async traverse(start: string, rows: string): Promise<void> {
    const from = placeOf(start);
    const found = legs(rows);
    if (!from || found.length < 2) return this.bench.notice(t("bench.traverse_missing"), "warn");
    try {
      const { outline, closure } = await cadastre.traverse(from, found);
      this.plan.sketch([outline]);
      const ratio = closure.one_in === null ? "1:∞" : `1:${number(closure.one_in)}`;
      await this.enter(outline);
      this.bench.notice(t("bench.closure", { error: number(closure.error_m, 3), ratio }), "info");
    } catch (error) {
      this.bench.tell(error);
    }
  }

  /** Read a surveyor's file and show what it holds. */
  async survey(form: FormData): Promise<void> {
    try {
      this.found = (await cadastre.survey(form)).shapes;
      this.bench.notice(t("bench.survey_count", { count: this.found.length }), "info");
      this.plan.fitPoints(this.found.flatMap((one) => one.points));
      this.plan.sketch(this.found.map((one) => one.points));
      this.bench.render();
    } catch (error) {
      this.bench.tell(error);
    }
  }

  /** Use shapes of the file as if they had been drawn: as dividing lines of a parcel, or as a new parcel. */
  take(shapes: SurveyShape[], parcel: Plot | null): void {
    const lines = shapes.map((one) => one.points);
    if (parcel) void this.bench.ask({ kind: "split_line", arguments: { parcel: parcel.key, lines } });
    else if (lines[0]) void this.enter(lines[0]);
  }

  private enter(points: XY[], crs = ""): Promise<void> {
    return this.bench.ask({ kind: "enter", arguments: { corners: points, basin: this.bench.basin(), ...(crs ? { crs } : {}) } });
  }
}
