/** The API of attribute tables and of single features of editable layers. */
import { Refusal } from "./client.js";
import type { CollectionInfo, Geometry } from "./types.js";
import { fetchData } from "./fetch.js";

export type CellValue = string | number | boolean | null;
/** Key, version, whether it has a place, then a value for each column. */
export type Row = [number, string | null, boolean, ...CellValue[]];

export interface TableInfo extends CollectionInfo {
  /** The fields that this person may change. */
  editable: string[];
  /** The fields that are read in other layers. */
  joined: string[];
  required: string[];
  /** The address of a row's own page, with `{id}`; empty where it has none. */
  page: string;
}

export interface Stretch {
  columns: string[];
  rows: Row[];
  /** Null where it has not been counted yet. */
  matched: number | null;
  after: string | null;
}

export interface Sum {
  count: number;
  sum: string | null;
  mean: number | null;
  least: number | null;
  greatest: number | null;
}

export interface Saved {
  id: number;
  version: string;
  geometry: Geometry | null;
  properties: Record<string, CellValue>;
}

export interface KeptView {
  id: number;
  title: string;
  columns: string[];
  query: string;
  is_shared: boolean;
  is_own: boolean;
}

export interface BulkPreview {
  matched: number;
  fields: string[];
  rows: { id: number; before: (string | null)[]; after: (string | null)[] | null }[];
  refused: string;
  version: number;
}

export interface Attached {
  id: number;
  kind: "image" | "document";
  name: string;
  size: number;
  url: string;
}

/** Somebody saved another change meanwhile; `current` is what there is now. */
export class Stale extends Refusal {
  constructor(
    problem: { title: string; detail: string },
    readonly current: Saved,
  ) {
    super(412, problem);
  }
}

/** Values that do not fit, by field. */
export class Unfit extends Refusal {
  constructor(
    status: number,
    problem: { title: string; detail: string },
    readonly errors: { field: string; detail: string }[],
  ) {
    super(status, problem);
  }
}

interface Problem {
  title?: string;
  detail?: string;
  errors?: { field: string; detail: string }[];
  current?: Saved;
}

/** The token that the page's forms carry. */
export function csrfToken(): string {
  return document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
}

interface Asked {
  body?: unknown;
  etag?: string | null;
  signal?: AbortSignal;
}

async function call<T>(method: string, path: string, { body, etag, signal }: Asked = {}): Promise<T> {
  const isForm = body instanceof FormData;
  const response = await fetchData(`/api/v1/collections/${path}`, {
    method,
    headers: {
      ...(method === "GET" ? {} : { "X-CSRFToken": csrfToken() }),
      ...(body === undefined || isForm ? {} : { "Content-Type": "application/json" }),
      ...(etag ? { "If-Match": `"${etag}"` } : {}),
    },
    ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
  if (response.status === 204) return undefined as T;
  const isJson = (response.headers.get("Content-Type") ?? "").includes("json");
  const content = (isJson ? await response.json() : {}) as T & Problem;
  if (response.ok) return content;
  const problem = { title: content.title ?? response.statusText, detail: content.detail ?? "" };
  if (response.status === 412 && content.current) throw new Stale(problem, content.current);
  throw new Unfit(response.status, problem, content.errors ?? []);
}

export const table = {
  rows: (id: string, query: URLSearchParams, signal?: AbortSignal): Promise<Stretch> =>
    call("GET", `${id}/rows?${query.toString()}`, signal ? { signal } : {}),
  count: async (id: string, query: URLSearchParams): Promise<number> =>
    (await call<{ matched: number }>("GET", `${id}/count?${query.toString()}`)).matched,
  sums: async (id: string, query: URLSearchParams): Promise<Record<string, Sum>> =>
    (await call<{ sums: Record<string, Sum> }>("GET", `${id}/sums?${query.toString()}`)).sums,
  create: (id: string, body: { properties: Record<string, unknown>; geometry?: Geometry }): Promise<Saved> =>
    call("POST", `${id}/items`, { body }),
  change: (id: string, key: number, version: string | null, body: Partial<Saved>): Promise<Saved> =>
    call("PATCH", `${id}/items/${key}`, { body, etag: version }),
  retire: (id: string, key: number, version: string | null): Promise<void> =>
    call("DELETE", `${id}/items/${key}`, { etag: version }),
  previewBulk: (id: string, query: string, values: Record<string, unknown>): Promise<BulkPreview> =>
    call("POST", `${id}/bulk/preview`, { body: { query, values } }),
  bulk: (id: string, query: string, values: Record<string, unknown>, version: number): Promise<{ job: string }> =>
    call("POST", `${id}/bulk`, { body: { query, values, version } }),
  views: async (id: string): Promise<KeptView[]> => (await call<{ views: KeptView[] }>("GET", `${id}/views`)).views,
  keep: (id: string, body: Omit<KeptView, "id" | "is_own">): Promise<KeptView> => call("POST", `${id}/views`, { body }),
  forget: (id: string, number: number): Promise<void> => call("DELETE", `${id}/views/${number}`),
  attachments: async (id: string, key: number): Promise<Attached[]> =>
    (await call<{ attachments: Attached[] }>("GET", `${id}/items/${key}/attachments`)).attachments,
  attach: (id: string, key: number, body: FormData): Promise<Attached> => call("POST", `${id}/items/${key}/attachments`, { body }),
  detach: (id: string, key: number, number: number): Promise<void> => call("DELETE", `${id}/items/${key}/attachments/${number}`),
};
