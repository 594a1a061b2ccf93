/** Finds parcels by their number, for the mouse-free way to choose them. */
import { cadastre, type Found } from "../../api/cadastre.js";
import { h, need } from "../../dom.js";
import { digitsOf, t } from "../../i18n.js";

const WAIT = 180;

/** The search field over the plan: Enter takes the first parcel, Shift and Enter adds it to the choice. */
export class Finder {
  private readonly input = need<HTMLInputElement>("find");
  private readonly list = need("found");
  private found: Found[] = [];
  private timer = 0;

  constructor(private readonly take: (found: Found, adds: boolean) => void) {
    this.input.addEventListener("input", () => {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void this.search(), WAIT);
    });
    this.input.form?.addEventListener("submit", (event) => event.preventDefault());
    this.input.form?.addEventListener("focusout", ({ relatedTarget }) => {
      if (!this.input.form?.contains(relatedTarget as Node | null)) this.list.hidden = true;
    });
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.input.addEventListener("focus", () => (this.list.hidden = !this.input.value.trim() || !this.list.childElementCount));
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
      if (event.key === "Enter") void this.first(event.shiftKey);
      if (event.key === "ArrowDown") this.list.querySelector("button")?.focus();
    });
  }

  /** Put the cursor into the field. */
  focus(): void {
    this.input.focus();
    this.input.select();
  }

  private async search(): Promise<void> {
    const asked = this.input.value;
    const { parcels } = await cadastre.find(asked);
    if (asked !== this.input.value) return;
    this.found = parcels;
    this.list.hidden = !asked.trim();
    this.list.replaceChildren(...(parcels.length ? parcels.map((one) => this.row(one)) : [h("li", { class: "hint" }, t("bench.found_none"))]));
  }

  private row(one: Found): HTMLElement {
    const chosen = (event: Event): void => this.choose(one, (event as MouseEvent).shiftKey);
    return h("li", {}, h("button", { type: "button", onclick: chosen }, h("bdi", {}, digitsOf(one.number)), h("span", { class: "secondary" }, t("bench.in_basin", { basin: one.basin }))));
  }

  private async first(adds: boolean): Promise<void> {
    window.clearTimeout(this.timer);
    await this.search();
    const [one] = this.found;
    if (one) this.choose(one, adds);
  }

  private choose(one: Found, adds: boolean): void {
    this.take(one, adds);
    this.close();
  }

  private close(): void {
    this.list.hidden = true;
    this.input.value = "";
    need("plan").focus({ preventScroll: true });
  }
}
