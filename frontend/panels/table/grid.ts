/** The table itself: head with order and filters, rows that come as one scrolls, sums at the foot, cells to edit. */
import { type CellValue, type Row, type Saved, type Sum, type TableInfo, Stale, table } from "../../api/rows.js";
import { Refusal } from "../../api/client.js";
import type { FieldInfo } from "../../api/types.js";
import { h, icon, need } from "../../dom.js";
import { isolatedNumber, number, t } from "../../i18n.js";
import { toast } from "../toast.js";
import { choicesOf, edited, editor, isNumber, shown } from "./cells.js";
import type { Ticks } from "../picked.js";
import type { Query } from "./query.js";

const STRETCH = 100;
// Beyond so many rows a browser grows slow; one goes on from the last.
const MOST = 3000;
const NEAR = 600;
const BEFORE_VALUES = 3;
/** The status of what is being made ready, and how long until it is asked for again. */
const NOT_YET = 409;
const AGAIN_MS = 3000;

export interface GridEvents {
  chosen(key: number | null): void;
  changed(): void;
  open(key: number): void;
  stale(field: FieldInfo, row: Row, mine: string | null, error: Stale): void;
}

/** The rows of one layer. */
export class Grid {
  private rows: Row[] = [];
  private after: string | null = null;
  private request: AbortController | null = null;
  private readonly body = h("tbody");
  private readonly foot = h("tfoot");
  private readonly scroll = need("sheet-scroll");
  private readonly end = need("sheet-end");
  private chosen: number | null = null;

  constructor(
    private readonly info: TableInfo,
    private readonly query: Query,
    private readonly ticks: Ticks,
    private readonly events: GridEvents,
  ) {
    this.scroll.addEventListener("scroll", () => this.more());
    this.body.addEventListener("click", (event) => this.onClick(event));
    this.body.addEventListener("dblclick", (event) => this.edit(cellOf(event.target)));
    this.body.addEventListener("keydown", (event) => this.onKey(event));
  }

  /** Read the table from its start, or from a row on. */
  async restart(at?: number): Promise<void> {
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    const asked = this.asked();
    if (at !== undefined) asked.set("at", String(at));
    this.scroll.setAttribute("aria-busy", "true");
    try {
      const found = await table.rows(this.info.id, asked, request.signal);
      if (request.signal.aborted) return;
      this.rows = found.rows;
      this.after = found.after;
      this.draw();
      this.scroll.scrollTop = 0;
      if (at !== undefined) {
        this.body.prepend(this.earlier());
        this.mark(at);
      }
      void this.count(found.matched, request);
      void this.sum();
    } catch (error) {
      if (request.signal.aborted) return;
      this.fail(error);
      if (error instanceof Refusal && error.status === NOT_YET) this.again(request, at);
    } finally {
      if (this.request === request) this.scroll.removeAttribute("aria-busy");
    }
  }

  private asked(): URLSearchParams {
    const asked = this.query.asked();
    asked.set("limit", String(STRETCH));
    asked.set("count", "no");
    return asked;
  }

  private draw(): void {
    const head = h("thead", {}, this.headings(), this.filters());
    need("sheet").replaceChildren(head, this.body, this.foot);
    this.body.replaceChildren(...this.rows.map((row) => this.line(row)));
    this.tell();
    this.scroll.dataset["drawn"] = "true";
  }

  /** Say how many rows there are: at once where it is known, else when they are counted. */
  private async count(known: number | null, request: AbortController): Promise<void> {
    const matched = known ?? (await table.count(this.info.id, this.query.asked(true)).catch(() => null));
    if (matched === null || request !== this.request) return;
    need("sheet").setAttribute("aria-rowcount", String(matched + 2));
    need("sheet-count").textContent = t("table.count", { count: matched });
  }

  private tell(): void {
    if (this.rows.length === 0) this.end.textContent = t("table.nothing");
    else if (this.after && this.rows.length >= MOST) this.end.replaceChildren(this.onwards());
    else this.end.textContent = "";
  }

  /** The way back from a table that begins in its middle. */
  private earlier(): HTMLElement {
    const back = h("button", { type: "button", class: "button quiet", onclick: () => void this.restart() }, icon("chevron-up"), t("table.from_start"));
    return h("tr", {}, h("td", { colspan: this.query.columns.length + 1 }, back));
  }

  private onwards(): HTMLElement {
    const last = this.rows[this.rows.length - 1]?.[0];
    return h("button", { type: "button", class: "button", onclick: () => void this.restart(last) }, t("table.onwards"));
  }

  private more(): void {
    const left = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight;
    if (left > NEAR || !this.after || this.scroll.hasAttribute("aria-busy") || this.rows.length >= MOST) return;
    void this.next();
  }

  private async next(): Promise<void> {
    const request = this.request;
    const asked = this.asked();
    asked.set("after", this.after ?? "");
    this.scroll.setAttribute("aria-busy", "true");
    try {
      const found = await table.rows(this.info.id, asked, request?.signal);
      if (request !== this.request) return;
      this.rows.push(...found.rows);
      this.after = found.after;
      this.body.append(...found.rows.map((row) => this.line(row)));
      this.tell();
    } catch (error) {
      if (request === this.request && !request?.signal.aborted) toast(error instanceof Refusal ? error.message : t("list.failed"));
    } finally {
      if (request === this.request) this.scroll.removeAttribute("aria-busy");
    }
  }

  /** Read once more a little later, unless something else was asked for meanwhile. */
  private again(request: AbortController, at?: number): void {
    setTimeout(() => {
      if (this.request === request) void this.restart(at);
    }, AGAIN_MS);
  }

  private fail(error: unknown): void {
    const words = error instanceof Refusal ? error.message : t("list.failed");
    if (this.scroll.dataset["drawn"]) this.body.replaceChildren();
    else this.draw();
    const isWaiting = error instanceof Refusal && error.status === NOT_YET;
    const told = isWaiting ? h("span", { role: "status" }, icon("info"), words) : h("span", { class: "error", role: "alert" }, icon("octagon-x"), words);
    this.end.replaceChildren(told);
  }

  private headings(): HTMLElement {
    const cells = this.query.shown.map((field) => {
      const isUp = this.query.sort === field.name;
      const isDown = this.query.sort === `-${field.name}`;
      const sort = (): void => {
        this.query.sortBy(field.name);
        this.events.changed();
      };
      const title = [field.title || field.name, field.unit ? ` (${field.unit})` : ""].join("");
      const button = field.type === "boolean" ? h("span", {}, title) : h("button", { type: "button", class: "sort", onclick: sort }, title, icon("chevron-down"));
      const sorted = isUp ? "ascending" : isDown ? "descending" : "none";
      return h("th", { scope: "col", "aria-sort": sorted, class: isNumber(field) ? "number" : "" }, button);
    });
    return h("tr", { class: "headings" }, h("th", { scope: "col", class: "key" }, this.ticks.all(this.body), t("table.key")), ...cells);
  }

  private filters(): HTMLElement {
    const cells = this.query.shown.map((field) => h("td", {}, this.filter(field)));
    return h("tr", { class: "filters" }, h("td", { class: "key" }, icon("list-filter")), ...cells);
  }

  private filter(field: FieldInfo): HTMLElement {
    const name = t("table.filter", { field: field.title || field.name });
    const now = this.query.filters.get(field.name) ?? "";
    const choose = field.type === "boolean" || choicesOf(field).length > 0;
    const input = choose
      ? editor(field, now, { "aria-label": name, "data-filter": field.name })
      : h("input", { class: "input", type: "text", size: 6, dir: "auto", "aria-label": name, title: t("table.filter_help"), "data-filter": field.name, placeholder: isNumber(field) ? isolatedNumber("3..9") : "" });
    if (choose) (input as HTMLSelectElement).options[0]?.replaceChildren(t("table.all"));
    input.value = now;
    input.addEventListener("change", () => {
      if (input.value.trim()) this.query.filters.set(field.name, input.value.trim());
      else this.query.filters.delete(field.name);
      this.events.changed();
    });
    return input;
  }

  private line(row: Row): HTMLElement {
    const [key, , placed] = row;
    const open = h("button", { type: "button", class: "row-link", title: t("table.open") }, placed || !this.info.tiles ? null : icon("map-pin-off"), h("bdi", {}, String(key)));
    const cells = this.query.shown.map((field, at) => this.cell(field, row, at));
    const isChosen = key === this.chosen;
    return h("tr", { "data-key": key, ...(isChosen ? { "aria-selected": "true" } : {}) }, h("th", { scope: "row", class: "key" }, this.ticks.box(String(key), String(key)), open), ...cells);
  }

  private cell(field: FieldInfo, row: Row, at: number): HTMLElement {
    const value = row[at + BEFORE_VALUES] as Row[3];
    const may = this.info.editable.includes(field.name);
    const look = [isNumber(field) ? "number" : "", may ? "may" : ""].join(" ").trim();
    return h("td", { role: "gridcell", tabindex: -1, class: look, "data-at": at, "aria-readonly": may ? "false" : "true" }, h("bdi", {}, shown(field, value)));
  }

  private async sum(): Promise<void> {
    const fields = this.query.shown;
    if (!fields.some(isNumber)) return this.foot.replaceChildren();
    const asked = this.query.asked(true);
    asked.set("columns", this.query.columns.join(","));
    try {
      const sums = await table.sums(this.info.id, asked);
      const cells = fields.map((field) => this.total(field, sums[field.name]));
      this.foot.replaceChildren(h("tr", {}, h("th", { scope: "row", class: "key" }, t("table.sum")), ...cells));
    } catch {
      this.foot.replaceChildren();
    }
  }

  private total(field: FieldInfo, sum: Sum | undefined): HTMLElement {
    if (!sum || sum.sum === null) return h("td");
    const places = field.type === "integer" ? 0 : 2;
    const said = { mean: number(sum.mean ?? 0, 2), least: number(sum.least ?? 0, places), greatest: number(sum.greatest ?? 0, places) };
    return h("td", { class: "number", title: t("table.sum_more", said) }, h("bdi", {}, number(Number(sum.sum), places)));
  }

  // Choosing and editing

  row(key: number): Row | undefined {
    return this.rows.find((row) => row[0] === key);
  }

  /** Show a row as chosen, and bring it into sight; say whether it is among those read. */
  mark(key: number | null): boolean {
    this.chosen = key;
    for (const line of this.body.querySelectorAll("[aria-selected]")) line.removeAttribute("aria-selected");
    const line = key === null ? null : this.body.querySelector<HTMLElement>(`tr[data-key="${key}"]`);
    line?.setAttribute("aria-selected", "true");
    line?.scrollIntoView({ block: "nearest" });
    return line !== null;
  }

  /** Take what was saved into the row. */
  take(saved: Saved): void {
    const at = this.rows.findIndex((row) => row[0] === saved.id);
    if (at < 0) return;
    const before = this.rows[at];
    const values = this.query.columns.map((name, column) => (this.info.joined.includes(name) ? before?.[column + BEFORE_VALUES] : saved.properties[name]) as CellValue ?? null);
    this.rows[at] = [saved.id, saved.version, saved.geometry !== null, ...values];
    this.body.querySelector(`tr[data-key="${saved.id}"]`)?.replaceWith(this.line(this.rows[at]));
  }

  private onClick(event: MouseEvent): void {
    const line = (event.target as Element).closest<HTMLElement>("tr[data-key]");
    if (!line || (event.target as Element).closest(".input")) return;
    const key = Number(line.dataset["key"]);
    this.mark(key);
    this.events.chosen(key);
    const cell = cellOf(event.target);
    if (cell) focus(cell);
    else if ((event.target as Element).closest(".row-link")) this.events.open(key);
  }

  private onKey(event: KeyboardEvent): void {
    const cell = cellOf(event.target);
    if (!cell || (event.target as Element).matches(".input")) return;
    if (event.key === "Enter" || event.key === "F2") {
      event.preventDefault();
      this.edit(cell);
      return;
    }
    const other = neighbour(cell, event.key);
    if (!other) return;
    event.preventDefault();
    focus(other);
    const key = Number(other.closest<HTMLElement>("tr")?.dataset["key"]);
    if (key !== this.chosen) {
      this.mark(key);
      this.events.chosen(key);
    }
  }

  private edit(cell: HTMLElement | null): void {
    const row = this.row(Number(cell?.closest<HTMLElement>("tr")?.dataset["key"]));
    const at = Number(cell?.dataset["at"]);
    const field = this.query.shown[at];
    if (!cell || !row || !field || !this.info.editable.includes(field.name) || cell.querySelector(".input")) return;
    const input = editor(field, row[at + BEFORE_VALUES] as Row[3], { "aria-label": field.title || field.name });
    const before = edited(field, input);
    cell.replaceChildren(input);
    input.focus();
    if (input instanceof HTMLInputElement && input.type === "text") input.select();
    let done = false;
    const close = (save: boolean, refocus: boolean): void => {
      if (done) return;
      done = true;
      const mine = edited(field, input);
      cell.replaceChildren(h("bdi", {}, shown(field, row[at + BEFORE_VALUES] as Row[3])));
      if (refocus) focus(cell);
      if (save && mine !== before) void this.save(field, row, mine);
    };
    input.addEventListener("keydown", (event) => {
      const key = (event as KeyboardEvent).key;
      if (key === "Enter" || key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        close(key === "Enter", true);
      }
    });
    input.addEventListener("blur", () => close(true, false));
  }

  /** Save one value under the version that was read. */
  async save(field: FieldInfo, row: Row, mine: string | null): Promise<void> {
    const line = this.body.querySelector<HTMLElement>(`tr[data-key="${row[0]}"]`);
    line?.setAttribute("aria-busy", "true");
    try {
      this.take(await table.change(this.info.id, row[0], row[1], { properties: { [field.name]: mine } }));
      this.refocus(row[0], field);
      need("sheet-status").textContent = t("table.saved");
      void this.sum();
    } catch (error) {
      line?.removeAttribute("aria-busy");
      if (error instanceof Stale) this.events.stale(field, row, mine, error);
      else this.refuse(row[0], field, error);
    }
  }

  private refuse(key: number, field: FieldInfo, error: unknown): void {
    const cell = this.cellAt(key, field);
    const words = error instanceof Refusal ? error.message : t("table.not_saved");
    cell?.classList.add("refused");
    cell?.setAttribute("title", words);
    toast(words);
  }

  private cellAt(key: number, field: FieldInfo): HTMLElement | null {
    const at = this.query.columns.indexOf(field.name);
    return this.body.querySelector<HTMLElement>(`tr[data-key="${key}"] td[data-at="${at}"]`);
  }

  private refocus(key: number, field: FieldInfo): void {
    const cell = this.cellAt(key, field);
    if (cell && (document.activeElement === document.body || !document.activeElement)) focus(cell);
  }
}

function cellOf(target: EventTarget | null): HTMLElement | null {
  return (target as Element | null)?.closest<HTMLElement>("td[role=gridcell]") ?? null;
}

function focus(cell: HTMLElement): void {
  for (const other of cell.closest("table")?.querySelectorAll<HTMLElement>("td[tabindex='0']") ?? []) other.tabIndex = -1;
  cell.tabIndex = 0;
  cell.focus();
}

function neighbour(cell: HTMLElement, key: string): HTMLElement | null {
  const along = document.documentElement.dir === "rtl" ? { ArrowLeft: 1, ArrowRight: -1 } : { ArrowLeft: -1, ArrowRight: 1 };
  const line = cell.closest("tr");
  const at = Number(cell.dataset["at"]);
  const step = along[key as keyof typeof along];
  if (step !== undefined) return line?.querySelector<HTMLElement>(`td[data-at="${at + step}"]`) ?? null;
  const other = key === "ArrowDown" ? line?.nextElementSibling : key === "ArrowUp" ? line?.previousElementSibling : null;
  return other?.querySelector<HTMLElement>(`td[data-at="${at}"]`) ?? null;
}
