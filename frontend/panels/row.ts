/** A row of houses that was entered as one building: how many, how wide, or cut where one clicks. */
import { type BuildingInfo, type RowCut, buildings } from "../api/buildings.js";
import type { LonLat } from "../api/types.js";
import type { App } from "../app.js";
import { h, icon } from "../dom.js";
import { number, t, western } from "../i18n.js";
import type { Sketch } from "../map/sketch.js";

const MOST_PARTS = 40;

/** What the building tool does for it. */
interface Host {
  trying(act: () => Promise<void>): Promise<void>;
  say(text: string, isFault?: boolean): void;
  /** Take the map for drawing, and give it back with null. */
  draws(sketch: Sketch | null): void;
  split(how: RowCut): Promise<void>;
}

/** The widths that were typed, in metres, in either digits. */
export function readWidths(text: string): number[] {
  return text
    .split(/[\s;+؛]+|,\s+/)
    .filter(Boolean)
    .map((part) => Number(western(part).replace(",", ".")));
}

/** The part of the building tool that cuts one building. */
export class RowOfHouses {
  private cuts: LonLat[] = [];
  private how: RowCut = { parts: 2 };
  private cutting: Sketch | null = null;
  // An answer that comes when something else was asked or is being typed is late, and shown no more.
  private turn = 0;
  private readonly parts = h("input", { type: "number", min: 2, max: MOST_PARTS, value: 2, class: "input figure" });
  private readonly widths = h("input", { type: "text", inputmode: "decimal", dir: "ltr", class: "input widths", placeholder: "6 6 7.5" });
  private readonly here = h("button", { type: "button", class: "button quiet", "aria-pressed": "false", onclick: () => void this.host.trying(() => this.toggle()) }, icon("scissors"), t("building.cut_here"));
  private readonly back = h("button", { type: "button", class: "button quiet", hidden: true, onclick: () => this.takeBack() }, icon("undo-2"), t("building.cut_back"));
  readonly element: HTMLElement;

  constructor(
    private readonly app: App,
    private readonly own: BuildingInfo,
    private readonly host: Host,
  ) {
    const show = h("button", { type: "button", class: "button quiet", onclick: () => this.preview() }, icon("eye"), t("building.preview"));
    const split = h("button", { type: "button", class: "button", onclick: () => void this.host.trying(() => this.host.split(this.how)) }, icon("split"), t("building.split"));
    this.parts.addEventListener("change", () => this.becomes({ parts: Number(this.parts.value) }));
    this.widths.addEventListener("input", () => { this.turn += 1; });
    this.widths.addEventListener("change", () => this.typed());
    this.element = h(
      "fieldset",
      { class: "row-houses" },
      h("legend", {}, t("building.row")),
      h("label", { class: "row" }, t("building.parts"), this.parts),
      h("label", {}, t("building.widths"), this.widths),
      h("p", { class: "hint" }, t("building.widths_hint")),
      h("div", { class: "row" }, this.here, this.back),
      h("div", { class: "row" }, show, split),
    );
  }

  /** Stop taking clicks on the map. */
  end(): void {
    this.cutting?.end();
    this.cutting = null;
    this.here.setAttribute("aria-pressed", "false");
  }

  private typed(): void {
    const widths = readWidths(this.widths.value);
    if (widths.some((one) => !Number.isFinite(one))) this.host.say(t("building.widths_unread"), true);
    else this.becomes(widths.length > 0 ? { widths_m: widths } : { parts: Number(this.parts.value) });
  }

  private becomes(how: RowCut): void {
    this.how = how;
    if (!("cuts" in how)) this.cuts = [];
    this.back.hidden = this.cuts.length === 0;
    this.preview();
  }

  /** Draw the houses that it would become, each with its number and width; nothing is kept. */
  private preview(): void {
    const turn = ++this.turn;
    void this.host.trying(async () => {
      const cut = await buildings.cut(this.own, this.how).catch((error: unknown) => {
        this.forgetLastCut();
        throw error;
      });
      if (turn !== this.turn) return;
      this.app.map.outlineParts(cut.parts.map((geometry, place) => ({ geometry, label: `${place + 1}\n${number(cut.widths_m[place] ?? 0, 2)}` })));
      this.parts.value = String(cut.parts.length);
      this.widths.value = cut.widths_m.map(String).join(" ");
      this.host.say(t("building.would_split"));
    });
  }

  private takeBack(): void {
    this.forgetLastCut();
    if (this.cuts.length > 0) return this.preview();
    this.app.map.outline(null);
    this.widths.value = "";
  }

  /** A cut that was taken back, or refused, is no part of the next ones. */
  private forgetLastCut(): void {
    this.cuts = this.cuts.slice(0, -1);
    this.back.hidden = this.cuts.length === 0;
    if ("cuts" in this.how) this.how = this.cuts.length > 0 ? { cuts: this.cuts } : { parts: Number(this.parts.value) };
  }

  private async toggle(): Promise<void> {
    if (this.cutting) {
      this.end();
      this.host.draws(null);
      return;
    }
    await this.next();
    this.here.setAttribute("aria-pressed", "true");
    this.host.say(t("building.cut_hint"));
  }

  /** Take one place after another, caught at the corners of parcels and buildings. */
  private async next(): Promise<void> {
    const tool = await this.app.map.sketch("Point", () => ["parcels", "buildings"], null);
    this.cutting = tool;
    this.host.draws(tool);
    tool.changed = () => {
      const place = tool.geometry()?.coordinates as LonLat | undefined;
      if (!place || tool.isOver) return;
      tool.end();
      this.cuts = [...this.cuts, place];
      this.becomes({ cuts: this.cuts });
      void this.next();
    };
  }
}
