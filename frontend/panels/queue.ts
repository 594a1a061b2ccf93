/** The queue beneath the tax map: it shares the map's extent and choice; rows by arrow keys, Enter opens. */
import type { App } from "../app.js";
import { h, icon, need } from "../dom.js";
import { t } from "../i18n.js";
import { Fragment } from "./fragment.js";

const WAIT = 250;
const AWAITED = 8;

/** What stands in the rows' place until they come. */
function awaited(): HTMLElement {
  const rows = Array.from({ length: AWAITED }, () => h("div", { class: "awaited-row", "aria-hidden": "true" }, h("span"), h("span"), h("span"), h("span")));
  return h("div", { id: "queue-rows" }, h("p", { class: "visually-hidden", role: "status" }, t("list.loading")), ...rows);
}

export class Queue {
  /** Called with the place and unit of a chosen row. */
  onPick: (place: string, unit: string) => void = () => undefined;
  /** Called with the feature of a chosen row that has no place on the tax map. */
  onFind: (collection: string, id: string) => void = () => undefined;
  /** Called with the queue that is shown. */
  onOpen: (queue: string) => void = () => undefined;
  private readonly fragment = new Fragment("queue-rows");
  private readonly frame = need("queue-frame");
  private readonly words = need<HTMLInputElement>("queue-words");
  private readonly inView = need<HTMLInputElement>("queue-in-view");
  private queue = new URLSearchParams(location.search).get("queue") ?? "work";
  private status = "";
  private sort = "";
  private page = 1;
  private chosen = "";
  private timer = 0;

  constructor(private readonly app: App) {
    this.frame.append(awaited());
    for (const tab of this.tabs()) tab.addEventListener("click", () => this.open(tab.dataset["queue"] ?? "work"));
    need("queue-tabs").addEventListener("keydown", (event) => this.onTabKey(event));
    this.words.addEventListener("input", () => this.later());
    this.inView.addEventListener("change", () => this.restart());
    app.map.onMove(() => this.inView.checked && this.later());
    this.frame.addEventListener("click", (event) => this.onClick(event));
    this.frame.addEventListener("keydown", (event) => this.onKey(event));
    this.select();
  }

  private tabs(): HTMLElement[] {
    return [...need("queue-tabs").querySelectorAll<HTMLElement>("[role=tab]")];
  }

  private open(queue: string): void {
    this.queue = queue;
    this.sort = "";
    this.select();
    this.onOpen(queue);
    this.restart();
  }

  private select(): void {
    for (const tab of this.tabs()) {
      const isShown = tab.dataset["queue"] === this.queue;
      tab.setAttribute("aria-selected", String(isShown));
      tab.tabIndex = isShown ? 0 : -1;
      if (isShown) tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }

  private onTabKey(event: KeyboardEvent): void {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    const tabs = this.tabs();
    const turn = document.documentElement.dir === "rtl" ? -step : step;
    const next = tabs[(tabs.findIndex((tab) => tab.tabIndex === 0) + turn + tabs.length) % tabs.length];
    this.open(next?.dataset["queue"] ?? "work");
    next?.focus();
  }

  /** Keep the rows of one status, or of all. */
  filter(status: string): void {
    this.status = status;
    this.restart();
  }

  private later(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.restart(), WAIT);
  }

  private restart(): void {
    this.page = 1;
    void this.load();
  }

  private query(): Record<string, string> {
    const box = this.inView.checked ? this.app.map.box().map((part) => part.toFixed(6)).join(",") : "";
    const page = this.page > 1 ? String(this.page) : "";
    return { queue: this.queue, status: this.status, q: this.words.value.trim(), sort: this.sort, bbox: box, page };
  }

  /** Read the rows anew. */
  async load(): Promise<void> {
    const query = this.query();
    for (const kind of ["xlsx", "csv"]) {
      const asked = new URLSearchParams(Object.entries(query).filter(([name, value]) => value && name !== "page"));
      need(`queue-${kind}`).setAttribute("href", `/staff/tax/queues/export.${kind}?${asked.toString()}`);
    }
    try {
      if (await this.fragment.load("/staff/tax/queues/rows/", query)) this.mark(this.chosen);
    } catch {
      this.fail();
    }
  }

  private fail(): void {
    const again = h("button", { class: "button", type: "button" }, icon("refresh-cw"), t("again"));
    again.addEventListener("click", () => {
      need("queue-rows").replaceWith(awaited());
      void this.load();
    });
    const said = h("div", { class: "empty", role: "alert" }, icon("wifi-off"), h("p", {}, t("list.failed")), again);
    need("queue-rows").replaceWith(h("div", { id: "queue-rows" }, said));
  }

  /** Mark the rows of the chosen place. */
  mark(place: string): void {
    this.chosen = place;
    for (const row of this.frame.querySelectorAll<HTMLElement>("tr[data-place]")) {
      if (place && row.dataset["place"] === place) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  }

  private onClick(event: MouseEvent): void {
    const target = event.target as Element;
    if (event.ctrlKey || event.metaKey || target.closest("form, summary")) return;
    const moved = target.closest<HTMLElement>("a[data-page], a[data-sort]");
    const row = target.closest<HTMLElement>("tr[data-place]");
    if (moved) {
      event.preventDefault();
      this.page = Number(moved.dataset["page"] ?? 1);
      this.sort = moved.dataset["sort"] ?? this.sort;
      void this.load();
    } else if (row?.dataset["place"]) {
      event.preventDefault();
      this.onPick(row.dataset["place"], row.dataset["unit"] ?? "");
    } else if (row?.dataset["at"]) {
      event.preventDefault();
      const [collection = "", id = ""] = row.dataset["at"].split("/");
      this.onFind(collection, id);
    }
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const current = (event.target as Element).closest("tr");
    const other = event.key === "ArrowDown" ? current?.nextElementSibling : current?.previousElementSibling;
    const link = other?.querySelector<HTMLElement>(".row-link");
    if (!link) return;
    event.preventDefault();
    link.focus();
    link.click();
  }
}
