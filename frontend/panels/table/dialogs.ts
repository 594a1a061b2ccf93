/** What a table asks in a dialog: a whole row, a new one, a change of many, and which of two changes holds. */
import { type BulkPreview, type CellValue, type Saved, Stale, type TableInfo, Unfit, table } from "../../api/rows.js";
import { Refusal, readFeature } from "../../api/client.js";
import type { FieldInfo, Geometry } from "../../api/types.js";
import { h, icon, need } from "../../dom.js";
import { t } from "../../i18n.js";
import { Attachments } from "./attachments.js";
import { choicesOf, edited, editor, shown } from "./cells.js";

type Input = ReturnType<typeof editor>;

function open(title: string, body: (HTMLElement | null)[], actions: HTMLElement[]): HTMLDialogElement {
  const dialog = need<HTMLDialogElement>("sheet-dialog");
  const close = h("button", { type: "button", class: "icon-button", "aria-label": t("table.close"), onclick: () => dialog.close() }, icon("x"));
  dialog.replaceChildren(
    h("header", {}, h("h2", { id: "sheet-dialog-title" }, title), close),
    h("div", { class: "body stack" }, h("p", { class: "notice block", role: "alert", "data-refusal": "", hidden: true }, icon("octagon-x"), h("span")), ...body),
    h("footer", { class: "row" }, ...actions),
  );
  if (!dialog.open) dialog.showModal();
  return dialog;
}

function refuse(error: unknown): void {
  const dialog = need<HTMLDialogElement>("sheet-dialog");
  for (const place of dialog.querySelectorAll<HTMLElement>("[data-fault]")) {
    const fault = error instanceof Unfit ? error.errors.find((one) => one.field === place.dataset["fault"]) : undefined;
    place.hidden = !fault;
    place.textContent = fault?.detail ?? "";
  }
  const notice = dialog.querySelector<HTMLElement>("[data-refusal]");
  if (!notice) return;
  notice.hidden = false;
  // What is wrong with a field stands at the field.
  const named = dialog.querySelector("[data-fault]:not([hidden])") !== null && error instanceof Refusal;
  const words = error instanceof Refusal ? error.message : t("table.not_saved");
  notice.querySelector("span")?.replaceChildren(named ? error.problem.title : words);
  notice.scrollIntoView({ block: "nearest" });
}

function field(info: TableInfo, one: FieldInfo, value: CellValue | undefined): [Input, HTMLElement] {
  const id = `row-${one.name}`;
  const input = editor(one, value, { id, name: one.name });
  const may = info.editable.includes(one.name);
  if (!may) input.disabled = true;
  const title = [one.title || one.name, one.unit ? ` (${one.unit})` : "", info.required.includes(one.name) ? " *" : ""].join("");
  return [input, h("div", { class: "field" }, h("label", { for: id }, title), input, h("p", { class: "error", "data-fault": one.name, hidden: true }))];
}

function form(info: TableInfo, values: Record<string, CellValue>): { inputs: Map<FieldInfo, Input>; body: HTMLElement } {
  const inputs = new Map<FieldInfo, Input>();
  const fields = info.fields.filter((one) => !info.joined.includes(one.name)).map((one) => {
    const [input, element] = field(info, one, values[one.name]);
    if (!input.disabled) inputs.set(one, input);
    return element;
  });
  return { inputs, body: h("div", { class: "grid" }, ...fields) };
}

function button(label: string, look: string, act: () => void): HTMLElement {
  return h("button", { type: "button", class: `button ${look}`, onclick: act }, label);
}

/** Ask for the fields of a new row; `geometry` is what was drawn. */
export function newRow(info: TableInfo, geometry: Geometry | null, done: (saved: Saved | null) => void): void {
  const usual = Object.fromEntries(info.fields.map((one) => [one.name, (one as FieldInfo & { default?: CellValue }).default ?? null]));
  const { inputs, body } = form(info, usual);
  let saved: Saved | null = null;
  const save = async (): Promise<void> => {
    const properties = Object.fromEntries([...inputs].map(([one, input]) => [one.name, edited(one, input)]));
    try {
      saved = await table.create(info.id, { properties, ...(geometry ? { geometry } : {}) });
      dialog.close();
    } catch (error) {
      refuse(error);
    }
  };
  const dialog = open(t("table.new"), [body], [button(t("table.save"), "primary", () => void save()), button(t("table.cancel"), "", () => dialog.close())]);
  dialog.addEventListener("close", () => done(saved), { once: true });
  inputs.values().next().value?.focus();
}

export interface RowEvents {
  saved(saved: Saved): void;
  retired(key: number): void;
  reshape(saved: Saved): void;
  stale(mine: Record<string, CellValue>, before: Record<string, CellValue>, error: Stale): void;
}

/** Show a whole row: its fields to change, its photos and documents, its place. */
export async function wholeRow(info: TableInfo, key: number, events: RowEvents): Promise<void> {
  const now = await table.rows(info.id, new URLSearchParams({ at: String(key), limit: "1", columns: "" }));
  const row = now.rows[0];
  if (row?.[0] !== key) return;
  const feature = await readFeature(info.id, String(key));
  const values = feature.properties as Record<string, CellValue>;
  const { inputs, body } = form(info, values);
  const before = new Map([...inputs].map(([one, input]) => [one.name, edited(one, input)]));
  const attachments = new Attachments(info, key);
  const present: Saved = { id: key, version: row[1] ?? "", geometry: feature.geometry, properties: values };
  const save = async (): Promise<void> => {
    const changed = [...inputs].map(([one, input]) => [one.name, edited(one, input)] as const).filter(([name, value]) => value !== before.get(name));
    const mine = Object.fromEntries(changed);
    try {
      if (changed.length > 0) events.saved(await table.change(info.id, key, row[1], { properties: mine }));
      dialog.close();
    } catch (error) {
      if (error instanceof Stale) events.stale(mine, values, error);
      else refuse(error);
    }
  };
  const retire = async (): Promise<void> => {
    try {
      await table.retire(info.id, key, row[1]);
      dialog.close();
      events.retired(key);
    } catch (error) {
      refuse(error);
    }
  };
  const ask = (): void => {
    need("sheet-dialog").querySelector("footer")?.replaceChildren(h("span", {}, t("table.retire_sure")), button(t("table.retire"), "danger", () => void retire()), button(t("table.cancel"), "", () => dialog.close()));
  };
  const reshape = (): void => {
    dialog.close();
    events.reshape(present);
  };
  const actions = info.may.edit
    ? [
        button(t("table.save"), "primary", () => void save()),
        info.tiles ? button(t(feature.geometry ? "table.reshape" : "table.place"), "", reshape) : null,
        button(t("table.retire"), "quiet", ask),
        info.page ? h("a", { class: "button quiet", href: info.page.replace("{id}", String(key)) }, t("table.own_page")) : null,
      ].filter((one) => one !== null)
    : [];
  const dialog = open(t("table.row", { key: String(key) }), [body, attachments.element], actions);
  void attachments.read();
}

/** Two people changed one row: show both, let this one decide. */
export function conflict(info: TableInfo, mine: Record<string, CellValue>, before: Record<string, CellValue>, error: Stale, decide: (again: boolean) => void): void {
  const theirs = error.current.properties;
  const names = info.fields.filter((one) => !info.joined.includes(one.name)).filter((one) => String(before[one.name] ?? "") !== String(theirs[one.name] ?? "") || one.name in mine);
  const lines = names.map((one) =>
    h("tr", {}, h("th", { scope: "row" }, one.title || one.name), ...[before, theirs, one.name in mine ? mine : theirs].map((each) => h("td", {}, h("bdi", {}, shown(one, each[one.name]))))),
  );
  const head = h("tr", {}, ...["table.field", "table.was", "table.theirs", "table.mine"].map((key) => h("th", { scope: "col" }, t(key as "table.was"))));
  const both = h("div", { class: "table-frame", tabindex: 0, role: "region", "aria-label": t("table.changed") }, h("table", { class: "table" }, h("thead", {}, head), h("tbody", {}, ...lines)));
  const choose = (again: boolean): void => {
    dialog.close();
    decide(again);
  };
  const dialog = open(t("table.changed"), [h("p", {}, error.message), both], [button(t("table.take_theirs"), "primary", () => choose(false)), button(t("table.save_mine"), "", () => choose(true))]);
}

/** Ask for one value for every row that the table means, and show what would change before it does. */
export function changeMany(info: TableInfo, query: string): void {
  const fields = info.fields.filter((one) => info.editable.includes(one.name));
  const choice = h("select", { class: "input", id: "bulk-field" }, ...fields.map((one) => h("option", { value: one.name }, one.title || one.name)));
  const place = h("div", { class: "field" });
  const found = h("div", { id: "bulk-preview", "aria-live": "polite" });
  let input: Input | null = null;
  let version: number | null = null;
  const chosen = (): FieldInfo | undefined => fields.find((one) => one.name === choice.value);
  const values = (): Record<string, string | null> => {
    const one = chosen();
    return one && input ? { [one.name]: edited(one, input) } : {};
  };
  const renew = (): void => {
    const one = chosen();
    if (!one) return;
    input = editor(one, null, { id: "bulk-value" });
    input.addEventListener("input", forget);
    place.replaceChildren(h("label", { for: "bulk-value" }, t("table.new_value")), input);
    forget();
  };
  const forget = (): void => {
    version = null;
    found.replaceChildren();
    go.disabled = true;
  };
  const look = async (): Promise<void> => {
    try {
      const seen = await table.previewBulk(info.id, query, values());
      version = seen.version;
      go.disabled = seen.refused !== "" || seen.matched === 0;
      go.textContent = t("table.change_rows", { count: seen.matched });
      found.replaceChildren(previewOf(seen, chosen()));
    } catch (error) {
      refuse(error);
    }
  };
  const act = async (): Promise<void> => {
    if (version === null) return;
    try {
      const { job } = await table.bulk(info.id, query, values(), version);
      location.assign(`/staff/jobs/${job}/`);
    } catch (error) {
      refuse(error);
    }
  };
  const go = h("button", { type: "button", class: "button primary", disabled: true, onclick: () => void act() }, t("table.change_rows", { count: 0 }));
  choice.addEventListener("change", renew);
  const pick = h("div", { class: "field" }, h("label", { for: "bulk-field" }, t("table.field")), choice);
  open(t("table.bulk"), [h("p", { class: "hint" }, t("table.bulk_hint")), h("div", { class: "grid" }, pick, place), found], [button(t("table.preview"), "", () => void look()), go]);
  renew();
}

function previewOf(seen: BulkPreview, one: FieldInfo | undefined): HTMLElement {
  const word = (value: string | null | undefined): string => (one && choicesOf(one).find((each) => String(each.value) === value)?.label) || (value ?? "—");
  const lines = seen.rows.map((row) => h("tr", {}, h("th", { scope: "row", class: "key" }, h("bdi", {}, String(row.id))), h("td", {}, h("bdi", {}, word(row.before[0]))), h("td", {}, h("strong", {}, h("bdi", {}, word(row.after?.[0]))))));
  const head = h("tr", {}, h("th", { scope: "col" }, t("table.key")), h("th", { scope: "col" }, t("table.was")), h("th", { scope: "col" }, t("table.becomes")));
  const frame = h("div", { class: "table-frame", tabindex: 0, role: "region", "aria-label": t("table.preview") }, h("table", { class: "table" }, h("thead", {}, head), h("tbody", {}, ...lines)));
  const told = seen.refused
    ? h("p", { class: "notice block" }, icon("octagon-x"), h("span", {}, seen.refused))
    : h("p", { class: "notice" }, icon("info"), h("span", {}, t("table.would_change", { count: seen.matched, shown: String(seen.rows.length) })));
  return h("div", { class: "stack" }, told, frame);
}

