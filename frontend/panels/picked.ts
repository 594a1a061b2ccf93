/** What of a layer is picked: rows that are ticked and an area that is drawn, each a CQL2 filter for whatever reads rows. */
import { readFeatures } from "../api/client.js";
import type { Geometry } from "../api/types.js";
import { h, icon } from "../dom.js";
import { t } from "../i18n.js";
import type { MapEngine } from "../map/engine.js";
import type { Sketch } from "../map/sketch.js";
import { toast } from "./toast.js";

/** As many as one filter may list. */
export const MOST_TICKED = 500;

/** The rows of one layer that are ticked, in a list of any length. */
export class Ticks {
  readonly keys = new Set<string>();

  constructor(private readonly changed: () => void) {}

  /** Make the box that ticks a row. */
  box(key: string, name: string): HTMLInputElement {
    const box = h("input", { type: "checkbox", class: "tick", checked: this.keys.has(key), "data-tick": key, "aria-label": t("pick.row", { row: name }) });
    box.addEventListener("click", (event) => event.stopPropagation());
    box.addEventListener("change", () => {
      if (!this.set([key], box.checked)) box.checked = false;
    });
    return box;
  }

  /** Make the box that ticks or unticks every row that is shown in a place. */
  all(place: HTMLElement): HTMLInputElement {
    const box = h("input", { type: "checkbox", class: "tick", "aria-label": t("pick.all") });
    box.addEventListener("change", () => {
      const boxes = [...place.querySelectorAll<HTMLInputElement>("[data-tick]")];
      if (!this.set(boxes.map((one) => one.dataset["tick"] ?? ""), box.checked)) box.checked = false;
      for (const one of boxes) one.checked = this.keys.has(one.dataset["tick"] ?? "");
    });
    return box;
  }

  private set(keys: string[], ticked: boolean): boolean {
    if (ticked && new Set([...this.keys, ...keys]).size > MOST_TICKED) {
      toast(t("pick.too_many", { most: MOST_TICKED }));
      return false;
    }
    for (const key of keys) {
      if (ticked) this.keys.add(key);
      else this.keys.delete(key);
    }
    this.changed();
    return true;
  }

  /** Untick all. */
  clear(place: HTMLElement): void {
    this.keys.clear();
    for (const one of place.querySelectorAll<HTMLInputElement>(".tick")) one.checked = false;
    this.changed();
  }

  /** The filter that means the ticked rows alone; empty where none is. */
  get filter(): string {
    return this.keys.size > 0 ? `id IN (${[...this.keys].join(",")})` : "";
  }

  /** Show the shapes of the ticked rows on the map. */
  async show(map: MapEngine, collection: string): Promise<void> {
    const { filter } = this;
    const shapes = filter ? (await readFeatures(collection, { limit: MOST_TICKED, filter })).features : [];
    if (filter === this.filter) map.pick(shapes.map((one) => one.geometry).filter((one) => one !== null));
  }
}

/** Narrows rows to an area that is drawn on the map; its button begins, and takes the area away again. */
export class AreaPick {
  /** The filter that means what meets the area; empty where none is drawn. */
  filter = "";
  private sketch: Sketch | null = null;
  private readonly words = h("span");
  readonly button = h("button", { type: "button", class: "button area-button", "aria-pressed": "false", onclick: () => this.toggle() }, icon("lasso-select"), this.words);
  private readonly bar = h("div", { class: "sketch-bar centred", role: "toolbar", "aria-label": t("pick.area"), hidden: true });

  constructor(
    private readonly map: MapEngine,
    host: HTMLElement,
    private readonly changed: () => void,
  ) {
    const make = (name: string, label: string, act: () => void, look: string): HTMLElement =>
      h("button", { type: "button", class: `button ${look}`, onclick: act }, icon(name), label);
    this.bar.append(
      h("span", { class: "hint" }, t("pick.draw")),
      make("undo-2", t("sketch.undo"), () => this.sketch?.undo(), ""),
      make("check", t("pick.finish"), () => this.sketch?.finish(), "primary"),
      make("x", t("sketch.leave"), () => this.leave(), "quiet"),
    );
    host.append(this.bar);
    document.addEventListener("keydown", (event) => this.onKey(event));
    this.tell();
  }

  get isDrawing(): boolean {
    return this.sketch !== null;
  }

  private toggle(): void {
    if (this.sketch) this.leave();
    else if (this.filter) this.clear();
    else void this.begin();
  }

  private async begin(): Promise<void> {
    const sketch = await this.map.sketch("Polygon", () => [], null);
    this.sketch = sketch;
    this.bar.hidden = false;
    sketch.changed = () => {
      const area = sketch.isComplete ? sketch.geometry() : null;
      if (area) this.take(area);
    };
    this.tell();
  }

  private take(area: Geometry): void {
    const ring = (area.coordinates as number[][][])[0] ?? [];
    this.filter = `S_INTERSECTS(geometry, POLYGON((${ring.map(([lon = 0, lat = 0]) => `${lon.toFixed(7)} ${lat.toFixed(7)}`).join(",")})))`;
    this.leave();
    this.map.outline(area);
    this.changed();
  }

  /** Narrow to no area. */
  clear(): void {
    this.filter = "";
    this.map.outline(null);
    this.tell();
    this.changed();
  }

  private leave(): void {
    this.sketch?.end();
    this.sketch = null;
    this.bar.hidden = true;
    this.tell();
  }

  private onKey(event: KeyboardEvent): void {
    if (!this.sketch || (event.target as Element).closest("input, dialog")) return;
    if (event.key === "Escape") this.leave();
    else if (event.key === "Enter" && !(event.target as Element).closest("button")) this.sketch.finish();
    else if (event.ctrlKey && event.key.toLowerCase() === "z") this.sketch.undo();
  }

  private tell(): void {
    this.button.setAttribute("aria-pressed", String(this.filter !== "" || this.isDrawing));
    this.words.textContent = t(this.filter ? "pick.any_place" : "pick.area");
  }
}
