/** One search box: parcels, streets, buildings, places, coordinates; a combobox by the ARIA pattern. */
import { Refusal, search } from "../api/client.js";
import type { SearchResult } from "../api/types.js";
import type { App } from "../app.js";
import { h, icon } from "../dom.js";
import { digitsOf, t } from "../i18n.js";

const WAIT = 180;
const RECENT = "portal.recent";
const KEPT = 5;
const ICONS: Record<string, string> = {
  parcels: "land-plot",
  streets: "signpost",
  buildings: "building",
  places: "map-pin",
  basins: "grid-2x2",
  districts: "landmark",
  coordinate: "crosshair",
  coordinates: "crosshair",
};
/* The sprite's build reads names from calls: icon("land-plot") icon("signpost") icon("building") icon("map-pin")
   icon("grid-2x2") icon("landmark") icon("crosshair") icon("history") icon("file-search") */

/** Wraps the page's search form. */
export class SearchBox {
  private results: SearchResult[] = [];
  private active = -1;
  private timer = 0;
  private request: AbortController | null = null;

  constructor(
    private readonly app: App,
    private readonly input: HTMLInputElement,
    private readonly list: HTMLElement,
    private readonly status: HTMLElement,
  ) {
    input.addEventListener("input", () => this.later());
    input.addEventListener("focus", () => this.offerRecent());
    input.addEventListener("keydown", (event) => this.onKey(event));
    input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    input.form?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit();
    });
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    document.addEventListener("keydown", (event) => this.onSlash(event));
    const clear = input.form?.querySelector<HTMLElement>(".clear");
    clear?.addEventListener("click", () => this.clear());
  }

  private onSlash(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (event.key !== "/" || target.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    this.input.focus();
    this.input.select();
  }

  private later(): void {
    window.clearTimeout(this.timer);
    this.input.form?.classList.toggle("has-text", this.input.value !== "");
    if (this.input.value.trim() === "") {
      this.offerRecent();
      return;
    }
    this.timer = window.setTimeout(() => void this.run(), WAIT);
  }

  private async run(): Promise<void> {
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    this.input.form?.setAttribute("aria-busy", "true");
    try {
      const results = await search(this.input.value.trim(), this.app.map.center(), request.signal);
      if (!request.signal.aborted) this.show(results);
    } catch (error) {
      if (!request.signal.aborted) this.fail(error);
    } finally {
      if (this.request === request) this.input.form?.removeAttribute("aria-busy");
    }
  }

  private async submit(): Promise<void> {
    window.clearTimeout(this.timer);
    if (this.input.value.trim() === "") return;
    await this.run();
    const [first] = this.results;
    if (first) this.pick(first);
  }

  private offerRecent(): void {
    if (this.input.value.trim() !== "") return;
    const recent = readRecent();
    if (recent.length > 0) this.show(recent, t("search.recent"));
    else this.close();
  }

  private show(results: SearchResult[], heading = ""): void {
    this.results = results;
    this.active = -1;
    const rows: HTMLElement[] = results.map((result, index) => this.row(result, index, heading !== ""));
    if (heading) rows.unshift(h("li", { class: "heading", role: "presentation" }, heading));
    if (results.length === 0) rows.push(h("li", { class: "heading", role: "presentation" }, t("search.nothing")));
    this.list.replaceChildren(...rows);
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.input.removeAttribute("aria-activedescendant");
    this.status.textContent = results.length === 0 ? t("search.nothing") : t("search.found", { count: results.length });
  }

  private row(result: SearchResult, index: number, isRecent: boolean): HTMLElement {
    const name = isRecent ? "history" : (ICONS[result.collection ?? result.kind] ?? "map-pin");
    const text = h("span", { class: "grow" }, h("strong", {}, h("bdi", {}, digitsOf(result.title))));
    if (result.subtitle) text.append(h("small", { class: "muted" }, h("bdi", {}, digitsOf(result.subtitle))));
    const attributes = { id: `search-option-${index}`, role: "option", "aria-selected": "false" };
    return h("li", { ...attributes, onclick: () => this.pick(result) }, icon(name), text);
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      if (this.list.hidden) this.clear();
      else this.close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && this.active >= 0) {
      event.preventDefault();
      const result = this.results[this.active];
      if (result) this.pick(result);
    }
  }

  private move(step: number): void {
    if (this.list.hidden || this.results.length === 0) return;
    const count = this.results.length;
    this.active = (this.active + step + count) % count;
    for (const option of this.list.querySelectorAll("[role=option]")) {
      const isActive = option.id === `search-option-${this.active}`;
      option.setAttribute("aria-selected", String(isActive));
      if (isActive) option.scrollIntoView({ block: "nearest" });
    }
    this.input.setAttribute("aria-activedescendant", `search-option-${this.active}`);
  }

  private pick(result: SearchResult): void {
    this.input.value = result.title;
    this.input.form?.classList.add("has-text");
    this.close();
    remember(result);
    if (result.collection && result.id !== null) {
      const info = this.app.collection(result.collection);
      if (info && !this.app.store.now.visible.has(info.id)) this.app.store.show(info.id, true);
      void this.app.choose({ collection: result.collection, id: String(result.id) }, "stay");
      if (result.bbox) this.app.map.fit(result.bbox);
      else if (result.center) this.app.map.goTo(result.center);
      return;
    }
    void this.app.choose(null);
    if (!result.center) return;
    this.app.map.mark(result.center);
    this.app.map.goTo(result.center, 18);
  }

  private fail(error: unknown): void {
    const text = error instanceof Refusal ? error.message : t("search.failed");
    this.list.replaceChildren(h("li", { class: "heading", role: "presentation" }, text));
    this.list.hidden = false;
    this.status.textContent = text;
  }

  private close(): void {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  private clear(): void {
    this.input.value = "";
    this.input.form?.classList.remove("has-text");
    this.close();
    this.input.focus();
  }
}

function readRecent(): SearchResult[] {
  try {
    return JSON.parse(localStorage.getItem(RECENT) ?? "[]") as SearchResult[];
  } catch {
    return [];
  }
}

function remember(result: SearchResult): void {
  const others = readRecent().filter((one) => one.title !== result.title || one.collection !== result.collection);
  try {
    localStorage.setItem(RECENT, JSON.stringify([result, ...others].slice(0, KEPT)));
  } catch {
    // A full or forbidden store only means that nothing is remembered.
  }
}
