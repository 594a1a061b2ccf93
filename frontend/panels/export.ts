/** The list's rows as a file for a spreadsheet: the same rows, labels and rights as on the page. */
import { type ListQuery, readFeatures, readPage } from "../api/client.js";
import type { CollectionInfo, FeatureInfo, FeaturePage, FieldInfo } from "../api/types.js";

const CHUNK = 5000;
const MOST = 200000;
// A spreadsheet runs what begins with these; a quote in front makes it text.
const FORMULA = /^[=+\-@\t\r]/;
const BYTE_ORDER_MARK = "\ufeff";

/** Read every row of the query, in pages. */
async function everyRow(collection: string, query: ListQuery): Promise<FeatureInfo[]> {
  const rows: FeatureInfo[] = [];
  let page: FeaturePage = await readFeatures(collection, { ...query, limit: CHUNK });
  for (;;) {
    rows.push(...page.features);
    const next = page.links.find((link) => link.rel === "next")?.href;
    if (!next || rows.length >= MOST) return rows;
    page = await readPage(next);
  }
}

function quoted(value: unknown, isText: boolean): string {
  const text = value === null || value === undefined ? "" : String(value);
  const safe = isText && FORMULA.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Write rows as CSV with the fields' titles on top. */
export function csv(fields: FieldInfo[], rows: FeatureInfo[]): string {
  const head = fields.map((field) => quoted(field.title || field.name, true)).join(",");
  const lines = rows.map((row) =>
    fields.map((field) => quoted(row.properties[field.name], field.type === "text")).join(","),
  );
  return `${BYTE_ORDER_MARK}${[head, ...lines].join("\r\n")}\r\n`;
}

/** Give the visitor the rows of a query as a file. */
export async function exportRows(info: CollectionInfo, query: ListQuery): Promise<void> {
  const rows = await everyRow(info.id, query);
  const address = URL.createObjectURL(new Blob([csv(info.fields, rows)], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${info.id}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
