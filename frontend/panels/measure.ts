/** The measuring panel: choose length or area, read the result, undo, finish. */
import type { App } from "../app.js";
import { h, icon } from "../dom.js";
import { t } from "../i18n.js";
import type { MeasureKind, Measured } from "../map/measure.js";
import { profileOf } from "./profile.js";
import { landUnit, lengthText, squareMetresText } from "../units.js";

/** Opens and closes with its button. */
export class MeasurePanel {
  private kind: MeasureKind = "length";
  private profile = new AbortController();
  private readonly result = h("p", { class: "measured", role: "status" });
  private readonly kinds = h("div", { class: "segmented", role: "group", "aria-label": t("measure.what") });

  constructor(
    private readonly app: App,
    private readonly element: HTMLElement,
    private readonly openers: HTMLElement[],
    private readonly closed: () => void = () => undefined,
  ) {
    for (const opener of openers) opener.addEventListener("click", () => this.toggle());
    app.map.measure.onChange = (measured) => this.show(measured);
    document.addEventListener("keydown", (event) => this.onKey(event));
    const tools = [
      this.tool("undo-2", t("measure.undo"), () => app.map.measure.undo()),
      this.tool("check", t("measure.finish"), () => app.map.measure.finish()),
      this.tool("x", t("measure.close"), () => this.leave()),
    ];
    element.replaceChildren(h("div", { class: "measure-head" }, this.kinds, h("span", { class: "grow" }), ...tools), this.result);
    this.offerKinds();
  }

  private tool(name: string, label: string, act: () => void): HTMLElement {
    return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick: act }, icon(name));
  }
  /* icon("undo-2") icon("check") icon("x") */

  private offerKinds(): void {
    const choice = (kind: MeasureKind, label: string): HTMLElement =>
      h("button", { type: "button", "aria-pressed": String(this.kind === kind), onclick: () => this.start(kind) }, label);
    this.kinds.replaceChildren(choice("length", t("measure.length")), choice("area", t("measure.area")));
  }

  private toggle(): void {
    if (this.element.hidden) this.open();
    else this.leave();
  }

  /** Begin to measure. */
  open(): void {
    this.start(this.kind);
  }

  private leave(): void {
    this.close();
    this.closed();
  }

  private start(kind: MeasureKind): void {
    this.kind = kind;
    this.element.hidden = false;
    for (const opener of this.openers) opener.setAttribute("aria-pressed", "true");
    this.offerKinds();
    this.app.map.measure.start(kind);
  }

  /** Stop and clear the map. */
  close(): void {
    this.app.map.measure.stop();
    this.element.hidden = true;
    for (const opener of this.openers) opener.setAttribute("aria-pressed", "false");
  }

  private onKey(event: KeyboardEvent): void {
    if (this.element.hidden || (event.target as Element).closest("input, textarea, select")) return;
    if (event.key === "Escape") this.leave();
    else if (event.key === "Enter" && (event.target as Element).closest(".map")) this.app.map.measure.finish();
    else if (event.key === "z" && event.ctrlKey) this.app.map.measure.undo();
  }

  /** Under the length of a finished line: how the terrain runs beneath it. */
  private async follow(measured: Measured): Promise<void> {
    const { signal } = this.profile;
    const found = await profileOf(this.app, measured.line, signal).catch(() => null);
    if (found && !signal.aborted) this.result.after(found);
  }

  private show(measured: Measured | null): void {
    this.profile.abort();
    this.profile = new AbortController();
    this.element.querySelector(".profile")?.remove();
    if (!measured) {
      this.result.replaceChildren(t("measure.hint"));
      return;
    }
    if (measured.kind === "length") {
      this.result.replaceChildren(h("strong", {}, lengthText(measured.length)));
      if (measured.isFinished && measured.length > 0) void this.follow(measured);
      return;
    }
    const land = landUnit(measured.area);
    const around = t("measure.around", { length: lengthText(measured.length) });
    this.result.replaceChildren(
      h("strong", {}, squareMetresText(measured.area)),
      h("span", {}, `${land.label}: `, h("bdi", {}, land.value)),
      h("span", { class: "muted" }, around),
    );
  }
}
