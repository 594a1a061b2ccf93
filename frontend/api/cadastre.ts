/** The records' API as typed functions; changes carry the record's entity tag. */
import { Refusal } from "./client.js";
import { type BareAround, measured } from "./outline.js";
import { fetchData } from "./fetch.js";

export type XY = [number, number];

export interface Edge {
  from: XY;
  to: XY;
  length_m: number;
  bearing: number;
}

export interface Shape {
  type: "Polygon" | "MultiPolygon" | "LineString" | "MultiLineString" | "Point" | "GeometryCollection";
  coordinates: unknown;
}

export interface Plot {
  key: string;
  number: string;
  basin: string;
  role: string;
  land_use: string;
  area_m2: number;
  dunums: number;
  area_official_m2: number | null;
  frontage_m: number | null;
  continues: number | null;
  /** The parcels in force that it comes from. */
  parents: number[];
  label: XY;
  edges: Edge[];
  geometry: Shape;
}

export interface Check {
  rule: string;
  title: string;
  severity: "blocks" | "needs_reason" | "info";
  subject: string;
  message: string;
  place: Shape | null;
  reason: string;
}

export interface RecordInfo {
  id: number;
  number: string;
  kind: string;
  kind_title: string;
  state: string;
  state_title: string;
  etag: string;
  opened_by: string;
  changed_at: string;
  is_editable: boolean;
  can_undo: number;
  can_redo: number;
  sources: { id: number; kind: string; number: string }[];
  operations: { seq: number; title: string; by: string; at: string; in_effect: boolean }[];
  ended: Plot[];
  proposed: Plot[];
  checks: Check[];
  follows: { part: string; title: string; rows: unknown[] }[];
}

export interface RecordSummary {
  id: number;
  number: string;
  kind_title: string;
  state_title: string;
  opened_by: string;
}

export interface Preview {
  removed: { key: string; number: string; area_m2: number }[];
  added: Plot[];
  noded: number;
  total_m2: number;
  checks: Check[];
}

export interface Around {
  in_force: Plot[];
  proposed: Plot[];
  others: Plot[];
  /** Parcels that other open records hold, by key: the record and who opened it. */
  held: Record<string, { record: string; holder: string }>;
  /** What stands on the land, such as buildings. */
  scenery: { kind: string; label: string; geometry: Shape }[];
}

/** A parcel found by its number, with a place inside it. */
export interface Found {
  id: number;
  number: string;
  basin: string;
  place: XY;
}

/** A line, an outline or a list of points out of a surveyor's file, in the national grid. */
export interface SurveyShape {
  kind: "line" | "outline" | "points";
  layer: string;
  points: XY[];
  length_m: number;
  area_m2: number | null;
}

/** A parcel's family: parcels and the steps between them. */
export interface Family {
  parcels: { id: number; number: string; from: string; in_force: boolean }[];
  steps: { parent: number; child: number }[];
}

export interface Traverse {
  outline: XY[];
  closure: { error_m: number; length_m: number; one_in: number | null; east_m: number; north_m: number };
}

export interface Operation {
  kind: string;
  arguments: Record<string, unknown>;
}

/** The record is not what it was: somebody else saved meanwhile. */
export class Stale extends Refusal {
  constructor(
    status: number,
    problem: { title: string; detail: string },
    readonly current: RecordInfo,
  ) {
    super(status, problem);
  }
}

function token(): string {
  return document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
}

async function call<T>(method: string, path: string, body?: unknown, etag?: string, signal?: AbortSignal): Promise<T> {
  const isForm = body instanceof FormData;
  const response = await fetchData(`/api/v1${path}`, {
    method,
    headers: {
      ...(method === "GET" ? {} : { "X-CSRFToken": token() }),
      ...(body === undefined || isForm ? {} : { "Content-Type": "application/json" }),
      ...(etag ? { "If-Match": etag } : {}),
    },
    ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
  const content = (await response.json()) as T & { title?: string; detail?: string; current?: RecordInfo };
  if (response.ok) return content;
  const problem = { title: content.title ?? response.statusText, detail: content.detail ?? "" };
  if (response.status === 412 && content.current) throw new Stale(412, problem, content.current);
  throw new Refusal(response.status, problem);
}

export const cadastre = {
  open: (): Promise<{ records: RecordSummary[] }> => call("GET", "/records?state=open"),
  create: (kind: string): Promise<RecordInfo> => call("POST", "/records", { kind }),
  read: (id: number): Promise<RecordInfo> => call("GET", `/records/${id}`),
  around: async (bbox: readonly number[], record: number | null, signal: AbortSignal): Promise<Around> => {
    const path = `/parcels/around?bbox=${bbox.map((side) => side.toFixed(2)).join(",")}${record ? `&record=${record}` : ""}`;
    return measured(await call<BareAround>("GET", path, undefined, undefined, signal));
  },
  find: (q: string): Promise<{ parcels: Found[] }> => call("GET", `/parcels/find?q=${encodeURIComponent(q)}`),
  preview: (id: number, operation: Operation, signal: AbortSignal): Promise<Preview> =>
    call("POST", `/records/${id}/preview`, operation, undefined, signal),
  keep: (record: RecordInfo, operation: Operation): Promise<RecordInfo> =>
    call("POST", `/records/${record.id}/operations`, operation, record.etag),
  step: (record: RecordInfo, name: "undo" | "redo" | "submit"): Promise<RecordInfo> =>
    call("POST", `/records/${record.id}/${name}`, {}, record.etag),
  reason: (record: RecordInfo, check: Check, reason: string): Promise<RecordInfo> =>
    call("POST", `/records/${record.id}/reasons`, { rule: check.rule, subject: check.subject, reason }, record.etag),
  attach: (record: RecordInfo, form: FormData): Promise<RecordInfo> =>
    call("POST", `/records/${record.id}/sources`, form, record.etag),
  present: (id: number): Promise<{ others: string[]; etag: string; state: string }> => call("POST", `/records/${id}/presence`, {}),
  lineage: (parcel: number): Promise<Family> => call("GET", `/parcels/${parcel}/lineage`),
  survey: (form: FormData): Promise<{ shapes: SurveyShape[] }> => call("POST", "/parcels/survey", form),
  traverse: (start: XY, legs: { bearing: number; distance: number; radius?: number }[]): Promise<Traverse> =>
    call("POST", "/parcels/traverse", { start, legs }),
};
