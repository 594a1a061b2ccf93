/** What a table is asked: columns, order, filters; kept in the page's address, so that it can be sent to somebody. */
import type { TableInfo } from "../../api/rows.js";
import type { FieldInfo } from "../../api/types.js";
import { language } from "../../i18n.js";

const OWN = new Set(["columns", "sortby", "q", "lang", "bbox", "join"]);

/** The columns shown unless others are chosen: of what is only read in several languages, the reader's own. */
function usual(info: TableInfo): string[] {
  const names = info.fields.map((field) => field.name);
  return names.filter((name) => {
    const stem = /^(.+)_(?:ar|en|fr)$/.exec(name)?.[1];
    const own = `${stem}_${language}`;
    return stem === undefined || name === own || !names.includes(own) || info.editable.includes(name);
  });
}

/** The state of a table. */
export class Query {
  columns: string[];
  sort: string;
  words: string;
  /** Which other layers are joined; the page knows their fields. */
  readonly join: string;
  /** What was typed over each column. */
  readonly filters = new Map<string, string>();
  box = "";
  /** The CQL2 filter of an area that was drawn. */
  area = "";

  constructor(
    private readonly info: TableInfo,
    search: string,
  ) {
    const asked = new URLSearchParams(search);
    const known = new Set(info.fields.map((field) => field.name));
    const wanted = (asked.get("columns") ?? "").split(",").filter((name) => known.has(name));
    this.columns = wanted.length > 0 ? wanted : usual(info);
    this.sort = known.has((asked.get("sortby") ?? "").replace(/^-/, "")) ? (asked.get("sortby") ?? "") : "";
    this.words = asked.get("q") ?? "";
    this.join = asked.get("join") ?? "";
    for (const [name, value] of asked) {
      if (known.has(name) && !OWN.has(name)) this.filters.set(name, value);
    }
  }

  field(name: string): FieldInfo | undefined {
    return this.info.fields.find((field) => field.name === name);
  }

  get shown(): FieldInfo[] {
    return this.columns.map((name) => this.field(name)).filter((field) => field !== undefined);
  }

  sortBy(name: string): void {
    this.sort = this.sort === name ? `-${name}` : this.sort === `-${name}` ? "" : name;
  }

  /** What the page's address says: as typed, so that a person can read and change it. */
  address(): URLSearchParams {
    const said = this.joined();
    if (this.columns.join() !== usual(this.info).join()) said.set("columns", this.columns.join(","));
    if (this.sort) said.set("sortby", this.sort);
    if (this.words) said.set("q", this.words);
    for (const [name, value] of this.filters) said.set(name, value);
    return said;
  }

  /** Columns and order alone. */
  ordered(): URLSearchParams {
    return new URLSearchParams({ ...Object.fromEntries(this.joined()), columns: this.columns.join(","), ...(this.sort ? { sortby: this.sort } : {}) });
  }

  private joined(): URLSearchParams {
    return new URLSearchParams(this.join ? { join: this.join } : {});
  }

  /** What the API is asked; `only` leaves out columns and order. */
  asked(only = false): URLSearchParams {
    const said = only ? this.joined() : this.ordered();
    if (this.words) said.set("q", this.words);
    if (this.box) said.set("bbox", this.box);
    if (this.area) said.set("filter", this.area);
    for (const [name, value] of this.filters) {
      const field = this.field(name);
      if (field) for (const [key, wanted] of comparisons(field, value.trim())) said.append(key, wanted);
    }
    return said;
  }
}

const SIGNS: Record<string, string> = { ">": "__gt", ">=": "__gte", "<": "__lt", "<=": "__lte", "=": "", "!=": "__ne" };

/** Read what is typed over a column: `word`, `5`, `>5`, `3..9`, `=` for nothing, `*` for anything. */
export function comparisons(field: FieldInfo, typed: string): [string, string][] {
  const { name, type } = field;
  if (typed === "") return [];
  if (typed === "=") return [[`${name}__null`, "true"]];
  if (typed === "*") return [[`${name}__null`, "false"]];
  if (field.choices || type === "boolean") return [[name, typed]];
  if (type === "text") return typed.startsWith("=") ? [[name, typed.slice(1).trim()]] : [[`${name}__like`, typed]];
  const [from, to, ...more] = typed.split("..").map((part) => part.trim());
  if (to !== undefined && more.length === 0) {
    return [...(from ? [[`${name}__gte`, from] as [string, string]] : []), ...(to ? [[`${name}__lte`, to] as [string, string]] : [])];
  }
  const [, sign = "=", value = ""] = /^(>=|<=|!=|>|<|=)?\s*(.*)$/.exec(typed) ?? [];
  return [[`${name}${SIGNS[sign] ?? ""}`, value]];
}
