/** The building tool: draw or trace a footprint, take one from another layer, square it, split a row of houses. */
import { type BuildingInfo, type RowCut, buildings } from "../api/buildings.js";
import { readCatalogue } from "../api/client.js";
import type { FeatureInfo, Geometry } from "../api/types.js";
import type { App } from "../app.js";
import { h, icon } from "../dom.js";
import { t } from "../i18n.js";
import type { Inset } from "../map/engine.js";
import { outlineOf, squareMetres } from "../map/outlines.js";
import type { Sketch } from "../map/sketch.js";
import type { Chosen } from "../state.js";
import { squareMetresText } from "../units.js";
import { RowOfHouses } from "./row.js";
import { toast } from "./toast.js";

const BUILDINGS = "buildings";

/** A shape of another layer that a building may take its outline from. */
interface Found {
  title: string;
  outline: Geometry;
}

/** Opens and closes with its tool. */
export class BuildingPanel {
  private sketch: Sketch | null = null;
  private row: RowOfHouses | null = null;
  private building: BuildingInfo | null = null;
  private found: Found | null = null;
  private readonly said = h("p", { class: "hint", role: "status" });
  private readonly body = h("div", { class: "building-body" });

  constructor(
    private readonly app: App,
    private readonly element: HTMLElement,
    private readonly closed: () => void,
  ) {
    const leave = h("button", { type: "button", class: "icon-button", "aria-label": t("building.close"), title: t("building.close"), onclick: () => this.leave() }, icon("x"));
    element.replaceChildren(h("div", { class: "measure-head" }, h("strong", {}, t("building.tool")), h("span", { class: "grow" }), leave), this.body, this.said);
    app.watch({ shown: (chosen, feature) => void this.follow(chosen, feature), cleared: () => this.forget() });
    document.addEventListener("keydown", (event) => this.onKey(event));
  }

  /** Whether whoever looks may change buildings at all. */
  static isOffered(app: App): boolean {
    return app.collection(BUILDINGS)?.may.edit ?? false;
  }

  open(): void {
    this.element.hidden = false;
    this.app.store.show(BUILDINGS, true);
    this.app.map.inset = () => this.covered();
    this.idle();
    const { chosen } = this.app.store.now;
    if (chosen) void this.app.choose(chosen);
  }

  close(): void {
    this.drop();
    this.app.map.outline(null);
    this.app.map.inset = () => ({ top: 0, right: 0, bottom: 0, left: 0 });
    this.element.hidden = true;
  }

  /** What the panel covers of the map, at the side where reading starts. */
  private covered(): Inset {
    const width = this.element.offsetWidth;
    const isRight = document.documentElement.dir === "rtl";
    return { top: 0, bottom: 0, left: isRight ? 0 : width, right: isRight ? width : 0 };
  }

  private leave(): void {
    this.close();
    this.closed();
  }

  private onKey(event: KeyboardEvent): void {
    if (!this.sketch || (event.target as Element).closest("input, select, textarea, dialog")) return;
    if (event.key === "Enter" && !(event.target as Element).closest("button")) this.sketch.finish();
    else if (event.ctrlKey && event.key.toLowerCase() === "z") this.sketch.undo();
    else if (event.ctrlKey && event.key.toLowerCase() === "y") this.sketch.redo();
    else return;
    event.preventDefault();
  }

  // What is chosen on the map

  private async follow(chosen: Chosen, feature: FeatureInfo): Promise<void> {
    if (this.element.hidden || this.sketch) return;
    if (chosen.collection === BUILDINGS) {
      this.found = null;
      this.building = await buildings.read(chosen.id).catch(() => null);
    } else {
      const outline = outlineOf(feature.geometry);
      const name = feature.card?.title ?? chosen.id;
      this.found = outline && { outline, title: `${this.app.collection(chosen.collection)?.title ?? ""} ${name}`.trim() };
    }
    if (!this.sketch) this.idle();
  }

  private forget(): void {
    this.building = null;
    this.found = null;
    if (!this.element.hidden && !this.sketch) this.idle();
  }

  private idle(): void {
    this.app.map.outline(null);
    const own = this.building;
    const rows = [
      this.button("square-plus", t("building.draw"), () => void this.begin(null, null)),
      own && this.button("spline", t("building.reshape"), () => void this.begin(own, own.geometry)),
    ];
    this.body.replaceChildren(
      own ? h("p", {}, t("building.chosen"), " ", h("bdi", {}, String(own.values["code"]))) : "",
      h("div", { class: "row" }, ...rows),
      this.found ? this.taking(this.found) : "",
      own ? this.splitting(own) : "",
      this.beneath() ?? "",
    );
    this.say(t(own || this.found ? "building.ready" : "building.hint"));
  }

  private button(name: string, label: string, act: () => void, look = ""): HTMLButtonElement {
    return h("button", { type: "button", class: `button ${look}`, onclick: act }, icon(name), label);
  }
  /* icon("square-plus") icon("spline") icon("copy-plus") icon("replace") icon("square") icon("undo-2") icon("redo-2") icon("check") icon("x") icon("house-plus") */

  private taking(found: Found): HTMLElement {
    const own = this.building;
    return h(
      "div",
      { class: "row" },
      h("span", { class: "grow" }, found.title),
      this.button("copy-plus", t("building.take_new"), () => void this.begin(null, found.outline)),
      own && this.button("replace", t("building.take_for", { code: String(own.values["code"]) }), () => void this.begin(own, found.outline)),
    );
  }

  /** The photograph from the air, to trace from. */
  private beneath(): HTMLElement | null {
    const [photo] = this.app.catalogue.rasters.filter((one) => !one.has_heights).sort((a, b) => (b.taken ?? "").localeCompare(a.taken ?? ""));
    if (!photo) return null;
    const box = h("input", { type: "checkbox" });
    box.checked = this.app.store.now.visible.has(photo.id);
    box.addEventListener("change", () => this.app.store.show(photo.id, box.checked));
    return h("label", { class: "check" }, box, " ", t("building.trace", { title: photo.title }));
  }

  private splitting(own: BuildingInfo): HTMLElement {
    this.row = new RowOfHouses(this.app, own, {
      trying: (act) => this.trying(act),
      say: (text, isFault) => this.say(text, isFault),
      draws: (sketch) => (this.sketch = sketch),
      split: (how) => this.divide(own, how),
    });
    return this.row.element;
  }

  private async divide(own: BuildingInfo, how: RowCut): Promise<void> {
    const { buildings: made } = await buildings.split(own, how);
    toast(t("building.was_split", { codes: made.map((one) => one.code).join(" · ") }));
    await this.done(made[0]?.id ?? 0);
  }

  // Drawing

  private async begin(own: BuildingInfo | null, start: Geometry | null): Promise<void> {
    this.drop();
    this.app.map.outline(null);
    const tool = await this.app.map.sketch("MultiPolygon", () => ["parcels", BUILDINGS], start);
    this.sketch = tool;
    const fields = own ? null : this.fields();
    const undo = this.button("undo-2", t("sketch.undo"), () => tool.undo(), "quiet");
    const redo = this.button("redo-2", t("sketch.redo"), () => tool.redo(), "quiet");
    const square = this.button("square", t("building.square"), () => void this.trying(() => this.square(tool)));
    const save = this.button("check", t("building.save"), () => {
      if (!tool.isComplete) tool.finish();
      else void this.trying(() => this.save(own, tool, fields));
    }, "primary");
    const area = h("strong", { class: "measured" });
    const show = (): void => {
      undo.disabled = !tool.canUndo;
      redo.disabled = !tool.canRedo;
      square.disabled = !tool.isComplete;
      this.say(t(tool.isComplete ? "sketch.adjust" : "sketch.draw"));
      void this.measure(tool, area);
    };
    tool.changed = show;
    this.body.replaceChildren(
      own ? h("p", {}, t("building.chosen"), " ", h("bdi", {}, String(own.values["code"]))) : h("p", {}, t("building.new")),
      area,
      fields?.element ?? "",
      h("div", { class: "row" }, undo, redo, square),
      h("div", { class: "row" }, save, this.button("x", t("sketch.leave"), () => this.stop(), "quiet")),
    );
    show();
  }

  /** What is entered with a new footprint; everything else follows on the building's page. */
  private fields(): { element: HTMLElement; values: () => Record<string, unknown> } {
    const info = this.app.collection(BUILDINGS)?.fields.find((one) => one.name === "use");
    const choices = info?.choices ?? {};
    const pairs = Array.isArray(choices) ? choices.map((one) => [one.value, one.label] as const) : Object.entries(choices);
    const use = h("select", {}, ...pairs.map(([value, label]) => h("option", { value }, label)));
    const floors = h("input", { type: "number", min: 0, max: 200, value: 1, class: "figure" });
    const element = h("div", { class: "row" }, h("label", { class: "row" }, t("building.use"), use), h("label", { class: "row" }, t("building.floors"), floors));
    return { element, values: () => ({ use: use.value, floors: floors.value }) };
  }

  private async measure(tool: Sketch, host: HTMLElement): Promise<void> {
    const shape = tool.geometry();
    host.textContent = shape ? squareMetresText(await squareMetres(shape, this.app.map.grid())) : "";
  }

  private async square(tool: Sketch): Promise<void> {
    const shape = tool.geometry();
    if (shape) tool.replace((await buildings.square(shape)).geometry);
  }

  private async save(own: BuildingInfo | null, tool: Sketch, fields: { values: () => Record<string, unknown> } | null): Promise<void> {
    const shape = tool.geometry();
    if (!shape) return;
    const kept = own ? await buildings.reshape(own, shape) : await buildings.enter(shape, fields?.values() ?? {});
    toast(t("building.saved", { code: String(kept.values["code"]) }));
    await this.done(kept.id);
  }

  /** Show what became of it, on newly read tiles. */
  private async done(id: number): Promise<void> {
    this.drop();
    this.found = null;
    this.building = null;
    const catalogue = await readCatalogue();
    this.app.map.refresh(catalogue.groups.flatMap((group) => group.collections));
    await this.app.choose({ collection: BUILDINGS, id: String(id) });
  }

  private stop(): void {
    this.drop();
    this.idle();
  }

  private drop(): void {
    this.row?.end();
    this.row = null;
    this.sketch?.end();
    this.sketch = null;
  }

  private async trying(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.say(error instanceof Error ? error.message : String(error), true);
    }
  }

  private say(text: string, isFault = false): void {
    this.said.textContent = text;
    this.said.classList.toggle("error", isFault);
  }
}
