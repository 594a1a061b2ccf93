/** Values of cells: as they are read, and as they are edited. */
import type { CellValue } from "../../api/rows.js";
import type { Choice, FieldInfo } from "../../api/types.js";
import { h } from "../../dom.js";
import { day, digitsOf, locale, number, t } from "../../i18n.js";

export function choicesOf(field: FieldInfo): Choice[] {
  return Array.isArray(field.choices) ? field.choices : [];
}

export function isNumber(field: FieldInfo): boolean {
  return (field.type === "number" || field.type === "integer") && !field.choices;
}

/** Write a value as a person reads it. */
export function shown(field: FieldInfo, value: CellValue | undefined): string {
  if (value === null || value === undefined || value === "") return "";
  const choice = choicesOf(field).find((one) => String(one.value) === String(value));
  if (choice) return choice.label;
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (field.type === "number") return number(Number(value), 4, 0);
  if (field.type === "date") return day(String(value));
  if (field.type === "datetime") return moment(String(value));
  return digitsOf(String(value));
}

function moment(value: string): string {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return value;
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(date);
}

type Input = HTMLInputElement | HTMLSelectElement;

/** Make the input in which a value of the field is edited. */
export function editor(field: FieldInfo, value: CellValue | undefined, attributes: Record<string, string> = {}): Input {
  const text = value === null || value === undefined ? "" : String(value);
  const listed = field.type === "boolean" ? truths() : choicesOf(field);
  if (listed.length > 0) {
    const select = h("select", { class: "input", ...attributes }, h("option", { value: "" }, t("table.empty")));
    select.append(...listed.map((one) => h("option", { value: String(one.value) }, one.label)));
    select.value = text;
    return select;
  }
  const kind = { date: "date", datetime: "datetime-local" }[field.type] ?? "text";
  const input = h("input", { class: "input", type: kind, autocomplete: "off", ...attributes });
  if (isNumber(field)) [input.inputMode, input.dir] = ["decimal", "ltr"];
  else if (kind === "text") input.dir = "auto";
  input.value = field.type === "datetime" ? local(text) : text;
  return input;
}

function truths(): Choice[] {
  return [
    { value: "true", label: t("yes") },
    { value: "false", label: t("no") },
  ];
}

function local(text: string): string {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return "";
  return new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

/** Read an edited value as the API takes it; empty is nothing. */
export function edited(field: FieldInfo, input: Input): string | null {
  const value = input.value.trim();
  if (value === "") return null;
  return field.type === "datetime" ? new Date(value).toISOString() : value;
}
