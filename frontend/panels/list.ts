/** The list twin: a table of what the map shows, for those who cannot see it or want to read it. */
import { type ListQuery, Refusal, readFeatures, readPage } from "../api/client.js";
import type { CollectionInfo, FeatureInfo, FeaturePage, FieldInfo } from "../api/types.js";
import { type App, boxOf } from "../app.js";
import { h, icon } from "../dom.js";
import { day, digitsOf, language, number, t } from "../i18n.js";
import { AreaPick, Ticks } from "./picked.js";

const PAGE = 50;
const WAIT = 250;
const COLUMNS = 7;

/** Fills a panel with one collection's rows. */
export class ListTwin {
  private collection = "";
  private filter = "";
  private sort = "";
  private onlyShown = true;
  private trail: string[] = [];
  private next = "";
  private timer = 0;
  private request: AbortController | null = null;
  private readonly choice = h("select", { id: "list-collection" });
  private readonly words = h("input", { id: "list-filter", type: "search", class: "input", autocomplete: "off" });
  private readonly inView = h("input", { type: "checkbox", checked: true, id: "list-in-view" });
  private readonly count = h("p", { class: "badge", role: "status" });
  private readonly frame = h("div", { class: "list-frame", tabindex: 0, role: "region" });
  private readonly pager = h("div", { class: "pager" });
  private readonly exportWords = h("span");
  private readonly exporter = h("button", { type: "button", class: "button", hidden: true }, icon("download"), this.exportWords);
  private readonly unticker = h("button", { type: "button", class: "button quiet", hidden: true }, icon("x"), t("pick.clear"));
  private readonly ticks = new Ticks(() => this.ticked());
  private readonly area: AreaPick;

  constructor(
    private readonly app: App,
    private readonly host: HTMLElement,
    onClose: (() => void) | null,
  ) {
    this.frame.setAttribute("aria-label", t("list.table"));
    this.area = new AreaPick(app.map, app.map.element.parentElement ?? document.body, () => void this.restart());
    host.replaceChildren(h("div", { class: "loading-bar" }), this.toolbar(onClose), this.frame, this.pager);
    this.choice.addEventListener("change", () => this.open(this.choice.value));
    this.words.addEventListener("input", () => this.later());
    this.inView.addEventListener("change", () => this.restart());
    this.exporter.addEventListener("click", () => this.export());
    this.unticker.addEventListener("click", () => this.ticks.clear(this.frame));
    this.ticked();
    app.map.onMove(() => this.onlyShown && this.isOpen && this.later());
    app.store.subscribe((now, before) => {
      this.mark();
      if (now.day !== before.day && this.isOpen) void this.restart();
    });
    this.frame.addEventListener("keydown", (event) => this.onKey(event));
  }

  private get isOpen(): boolean {
    return this.host.offsetParent !== null && this.collection !== "";
  }

  private toolbar(onClose: (() => void) | null): HTMLElement {
    const title = h("label", { for: "list-collection", class: "visually-hidden" }, t("list.layer"));
    const find = h("label", { for: "list-filter", class: "visually-hidden" }, t("list.filter"));
    this.words.placeholder = t("list.filter");
    this.choice.className = "input";
    const view = h("label", { class: "check" }, this.inView, t("list.in_view"));
    if (!onClose) title.hidden = this.choice.hidden = true;
    const close = onClose && h("button", { type: "button", class: "icon-button", "aria-label": t("list.close"), onclick: onClose }, icon("x"));
    return h("div", { class: "list-tools" }, title, this.choice, this.count, find, this.words, view, this.area.button, this.exporter, this.unticker, h("span", { class: "grow" }), close);
  }

  /** Show a collection's rows; without one, the first that is on the map. */
  open(id = ""): void {
    const listed = this.app.collections();
    const shown = listed.filter((info) => this.app.store.now.visible.has(info.id));
    const wanted = id || this.collection || (shown[0] ?? listed[0])?.id || "";
    const info = this.app.collection(wanted);
    this.choice.replaceChildren(
      ...this.app.catalogue.groups.map((group) =>
        h("optgroup", { label: group.title }, ...group.collections.map((one) => h("option", { value: one.id }, one.title))),
      ),
    );
    this.choice.value = wanted;
    if (wanted !== this.collection) {
      this.sort = "";
      this.words.value = "";
      this.ticks.clear(this.frame);
    }
    this.collection = wanted;
    this.area.button.hidden = !info?.tiles;
    this.exporter.hidden = !info?.may.export;
    if (info) void this.restart();
    else this.frame.replaceChildren(h("p", { class: "empty" }, t("list.none")));
  }

  private later(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.restart(), WAIT);
  }

  private restart(): Promise<void> {
    window.clearTimeout(this.timer);
    this.onlyShown = this.inView.checked;
    this.inView.disabled = this.area.filter !== "";
    this.filter = this.words.value.trim();
    this.trail = [];
    return this.load("");
  }

  private async load(href: string): Promise<void> {
    const info = this.app.collection(this.collection);
    if (!info) return;
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    this.host.setAttribute("aria-busy", "true");
    // The pages of the rows before are no pages of those that are coming.
    this.pager.inert = true;
    try {
      const page = await (href ? readPage(href, request.signal) : this.first(info, request.signal));
      if (!request.signal.aborted) this.show(info, page, href);
    } catch (error) {
      if (!request.signal.aborted) this.fail(error, href);
    } finally {
      if (this.request === request) {
        this.host.removeAttribute("aria-busy");
        this.pager.inert = false;
      }
    }
  }

  private query(info: CollectionInfo): ListQuery {
    const area = info.tiles ? this.area.filter : "";
    return {
      limit: PAGE,
      ...(area ? { filter: area } : {}),
      ...(this.onlyShown && info.tiles && !area ? { bbox: this.app.map.box().map((part) => part.toFixed(6)).join(",") } : {}),
      ...(this.sort ? { sortby: this.sort } : {}),
      ...(this.filter ? { q: this.filter } : {}),
      ...(this.app.dayOf(info.id) ? { asOf: this.app.dayOf(info.id) } : {}),
    };
  }

  private first(info: CollectionInfo, signal: AbortSignal): Promise<FeaturePage> {
    return readFeatures(info.id, this.query(info), signal);
  }

  private ticked(): void {
    const count = this.ticks.keys.size;
    this.exportWords.textContent = count > 0 ? t("pick.export", { count }) : t("list.export");
    this.unticker.hidden = count === 0;
    void this.ticks.show(this.app.map, this.collection).catch(() => undefined);
  }

  /** Go where the ticked rows, or else all that the list means, are had as a file in any format. */
  private export(): void {
    const info = this.app.collection(this.collection);
    if (!info) return;
    const { asOf } = this.query(info);
    const asked = this.ticks.filter ? { filter: this.ticks.filter, ...(asOf ? { asOf } : {}) } : this.query(info);
    const filters = new URLSearchParams(Object.entries(asked).map(([name, value]) => [name, String(value)]));
    filters.delete("limit");
    location.assign(`/export/${info.id}/?${filters.toString()}`);
  }

  private show(info: CollectionInfo, page: FeaturePage, href: string): void {
    this.next = page.links.find((link) => link.rel === "next")?.href ?? "";
    this.count.textContent = t("list.count", { count: page.numberMatched });
    if (page.features.length === 0) this.frame.replaceChildren(this.nothing());
    else this.frame.replaceChildren(this.table(info, page.features));
    this.paging(href, page);
    this.frame.scrollTop = 0;
    this.mark();
  }

  private nothing(): HTMLElement {
    const wider = h("button", { type: "button", class: "button", onclick: () => this.widen() }, t("list.everywhere"));
    return h("div", { class: "empty" }, icon("map-pin-off"), h("p", {}, t("list.nothing")), this.onlyShown || this.filter ? wider : null);
  }

  private widen(): void {
    this.inView.checked = false;
    this.words.value = "";
    void this.restart();
  }

  private table(info: CollectionInfo, features: FeatureInfo[]): HTMLElement {
    const columns = columnsOf(info, features);
    const all = h("th", { scope: "col", class: "tick-cell" }, this.ticks.all(this.frame));
    const head = h("tr", {}, this.exporter.hidden ? null : all, ...columns.map((field) => this.heading(field)));
    const rows = features.map((feature) => this.row(feature, columns));
    return h("table", { class: "table" }, h("thead", {}, head), h("tbody", {}, ...rows));
  }

  private heading(field: FieldInfo): HTMLElement {
    const isUp = this.sort === field.name;
    const isDown = this.sort === `-${field.name}`;
    const button = h("button", { type: "button", class: "sort", onclick: () => this.sortBy(field.name) }, field.title || field.name, field.unit ? ` (${field.unit})` : "", icon("chevron-down"));
    const sorted = isUp ? "ascending" : isDown ? "descending" : "none";
    return h("th", { scope: "col", class: isNumber(field) ? "number" : "", "aria-sort": sorted }, button);
  }

  private sortBy(name: string): void {
    this.sort = this.sort === name ? `-${name}` : name;
    void this.restart();
  }

  private row(feature: FeatureInfo, columns: FieldInfo[]): HTMLElement {
    const id = String(feature.id);
    const cells = columns.map((field, index) => {
      const text = cell(field, feature.properties[field.name]);
      const tag = index === 0 ? "th" : "td";
      const content = index === 0 ? h("button", { type: "button", class: "row-link" }, h("bdi", {}, text || id)) : h("bdi", {}, text);
      return h(tag, { ...(index === 0 ? { scope: "row" } : {}), class: isNumber(field) && index > 0 ? "number" : "" }, content);
    });
    const tick = h("td", { class: "tick-cell", onclick: (event: Event) => event.stopPropagation() }, this.ticks.box(id, cells[0]?.textContent ?? id));
    return h("tr", { "data-id": id, onclick: () => this.pick(feature) }, this.exporter.hidden ? null : tick, ...cells);
  }

  private pick(feature: FeatureInfo): void {
    const info = this.app.collection(this.collection);
    if (info?.tiles && !this.app.store.now.visible.has(info.id)) this.app.store.show(info.id, true);
    const box = boxOf(feature);
    if (box && !this.onlyShown) this.app.map.fit(box);
    void this.app.choose({ collection: this.collection, id: String(feature.id) });
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const current = (event.target as Element).closest("tr");
    const other = event.key === "ArrowDown" ? current?.nextElementSibling : current?.previousElementSibling;
    const link = other?.querySelector<HTMLElement>(".row-link");
    if (!link) return;
    event.preventDefault();
    link.focus();
  }

  private paging(href: string, page: FeaturePage): void {
    const back = this.trail[this.trail.length - 1];
    const previous = h("button", { type: "button", class: "button", disabled: href === "" }, t("list.previous"));
    previous.addEventListener("click", () => {
      this.trail.pop();
      void this.load(back ?? "");
    });
    const next = h("button", { type: "button", class: "button", disabled: this.next === "" }, t("list.next"));
    next.addEventListener("click", () => {
      this.trail.push(href);
      void this.load(this.next);
    });
    const from = this.trail.length * PAGE + 1;
    const shown = page.features.length;
    const text = shown ? t("list.range", { from, to: from + shown - 1, count: page.numberMatched }) : "";
    this.pager.replaceChildren(h("span", {}, text), h("span", { class: "row" }, previous, next));
  }

  private mark(): void {
    const { chosen } = this.app.store.now;
    const id = chosen?.collection === this.collection ? chosen.id : "";
    for (const row of this.frame.querySelectorAll<HTMLElement>("tr[data-id]")) {
      const isChosen = row.dataset["id"] === id;
      if (isChosen) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  }

  private fail(error: unknown, href: string): void {
    const text = error instanceof Refusal ? error.message : t("list.failed");
    const again = h("button", { type: "button", class: "button", onclick: () => void this.load(href) }, icon("refresh-cw"), t("again"));
    this.frame.replaceChildren(h("div", { class: "empty", role: "alert" }, icon("wifi-off"), h("p", {}, text), again));
  }
}

function isNumber(field: FieldInfo): boolean {
  return field.type === "number" || (field.type === "integer" && !field.choices);
}

/** The columns worth a place: those with a title and a value, the searchable first. */
function columnsOf(info: CollectionInfo, features: FeatureInfo[]): FieldInfo[] {
  const filled = info.fields.filter((field) => features.some((one) => !isBlank(one.properties[field.name])));
  const spoken = filled.filter((field) => !/_(ar|en|fr)$/.test(field.name) || field.name.endsWith(`_${language}`));
  const names = spoken.filter((field) => field.searchable || /^(number|name|code)/.test(field.name));
  const rest = spoken.filter((field) => !names.includes(field));
  return [...names, ...rest].slice(0, COLUMNS);
}

function isBlank(value: unknown): boolean {
  return value === null || value === undefined || value === "";
}

function cell(field: FieldInfo, value: unknown): string {
  if (isBlank(value)) return "";
  const label = labelOf(field, String(value));
  if (label !== null) return label;
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (field.type === "number") return number(Number(value), 2);
  if (field.type === "date" || field.type === "datetime") return day(String(value));
  return digitsOf(String(value));
}

function labelOf(field: FieldInfo, value: string): string | null {
  if (!field.choices) return null;
  if (Array.isArray(field.choices)) return field.choices.find((choice) => choice.value === value)?.label ?? null;
  return field.choices[value] ?? null;
}
