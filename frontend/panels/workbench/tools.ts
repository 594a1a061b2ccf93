/** The tools: their keys, icons, and the operation that each makes of what is drawn or typed. */
import type { Operation, Plot, XY } from "../../api/cadastre.js";
import { type Key, western } from "../../i18n.js";
import type { Drawing } from "../../map/pencil.js";

export type ToolId = "select" | "split" | "merge" | "boundary" | "new" | "ruler";
export type SplitWay = "line" | "parts" | "areas" | "frontage" | "strip";
export type BoundaryWay = "move" | "insert" | "delete" | "reshape";

export interface Ways {
  split: SplitWay;
  boundary: BoundaryWay;
}

export interface Tool {
  id: ToolId;
  key: string;
  icon: string;
  title: Key;
}

export const TOOLS: Tool[] = [
  { id: "select", key: "v", icon: "mouse-pointer-2", title: "bench.select" },
  { id: "split", key: "s", icon: "split", title: "bench.split" },
  { id: "merge", key: "m", icon: "merge", title: "bench.merge" },
  { id: "boundary", key: "b", icon: "move-horizontal", title: "bench.boundary" },
  { id: "new", key: "n", icon: "pentagon", title: "bench.new" },
  { id: "ruler", key: "r", icon: "ruler", title: "bench.ruler" },
];

/** What the next click on the plan does. */
export function hintOf(tool: ToolId, ways: Ways): Key | null {
  if (tool === "split") return "bench.hint_split";
  if (tool === "new") return "bench.hint_new";
  if (tool === "ruler") return "bench.hint_ruler";
  return tool === "boundary" ? `bench.hint_${ways.boundary}` : null;
}

/** How the plan serves a tool: what is drawn with it, or that boundaries are dragged. */
export function handling(tool: ToolId, ways: Ways, isChosen: boolean): Drawing | "moving" | null {
  if (tool === "ruler") return "LineString";
  if (tool === "split") return ways.split === "line" && isChosen ? "LineString" : null;
  if (tool === "new") return "Polygon";
  if (tool !== "boundary") return null;
  if (ways.boundary === "move") return "moving";
  return ways.boundary === "reshape" ? "LineString" : "Point";
}

/** A number as typed in any of the languages: either digit system, comma or point. */
export function typed(text: string): number {
  return Number.parseFloat(western(text).replace(",", "."));
}

/** The bearing of a parcel's longest edge turned by a right angle: lots usually lie across it. */
export function acrossBearing(plot: Plot): number {
  const longest = [...plot.edges].sort((a, b) => b.length_m - a.length_m)[0];
  return Math.round((((longest?.bearing ?? 0) + 90) % 180) * 100) / 100;
}

/** The arguments of a way to split that needs no drawing, from the form's values. */
export function sizedSplit(way: SplitWay, plots: Plot[], form: FormData): Operation | null {
  const [first] = plots;
  if (!first) return null;
  const value = (name: string): number => typed(String(form.get(name) ?? ""));
  const list = (name: string): number[] => String(form.get(name) ?? "").split(/[\s;+]+/).filter(Boolean).map(typed);
  const [east, north] = list("near");
  const near = east !== undefined && north !== undefined ? { near: [east, north] } : {};
  const bearing = Number.isFinite(value("bearing")) ? value("bearing") : acrossBearing(first);
  if (way === "parts") return { kind: "split_parts", arguments: { parcel: first.key, count: value("count"), bearing } };
  if (way === "areas") {
    const name = form.get("as") === "shares" ? "shares" : "areas";
    return { kind: "split_areas", arguments: { parcel: first.key, [name]: list("sizes"), bearing } };
  }
  if (way === "frontage") {
    return { kind: "split_frontage", arguments: { parcel: first.key, frontage: value("frontage"), spread: form.get("spread") === "on", ...near, ...(Number.isFinite(value("bearing")) ? { bearing: value("bearing") } : {}) } };
  }
  return { kind: "dedicate", arguments: { parcels: plots.map((plot) => plot.key), width: value("width"), ...near } };
}

export function merging(plots: Plot[]): Operation {
  return { kind: "merge", arguments: { parcels: plots.map((plot) => plot.key) } };
}

/** Corners typed or pasted: one a line, east then north, separated by blanks, commas or tabs. */
export function corners(text: string): XY[] {
  return text
    .split(/\n/)
    .map((line) => line.trim().split(/[\s;]+|,\s+|(?<=\d),(?=\d{4})/).map(typed).filter(Number.isFinite))
    .filter((numbers) => numbers.length >= 2)
    .map((numbers) => numbers.slice(-2) as XY);
}

/** Legs of a traverse: one a line, bearing, distance and, for an arc, its radius. */
export function legs(text: string): { bearing: number; distance: number; radius?: number }[] {
  return text
    .split(/\n/)
    .map((line) => line.trim().split(/[\s;]+/).map(typed).filter(Number.isFinite))
    .filter((numbers) => numbers.length >= 2)
    .map(([bearing = 0, distance = 0, radius]) => ({ bearing, distance, ...(radius === undefined ? {} : { radius }) }));
}

/** The point at a bearing and distance from another. */
export function polar([x, y]: XY, bearing: number, distance: number): XY {
  const angle = (bearing * Math.PI) / 180;
  return [x + distance * Math.sin(angle), y + distance * Math.cos(angle)];
}

/** What a drawing asks for with the tool in hand; null when it asks for nothing. */
export function drawnOperation(tool: ToolId, ways: Ways, chosen: Plot[], points: XY[], basin: number): Operation | null {
  const keys = chosen.map((plot) => plot.key);
  const [first] = points;
  if (!first) return null;
  if (tool === "split" && keys[0]) return { kind: "split_line", arguments: { parcel: keys[0], lines: [points] } };
  if (tool === "new") return { kind: "enter", arguments: { corners: points, basin } };
  if (tool !== "boundary") return null;
  if (ways.boundary === "insert") return { kind: "insert_vertex", arguments: { at: first } };
  if (ways.boundary === "delete") return { kind: "delete_vertex", arguments: { at: first } };
  return ways.boundary === "reshape" && keys.length === 2 ? { kind: "reshape", arguments: { parcels: keys, line: points } } : null;
}

/** The choice with a parcel added, or taken out where it was in it. */
export function toggled(chosen: Plot[], plot: Plot): Plot[] {
  return chosen.some((one) => one.key === plot.key) ? chosen.filter((one) => one.key !== plot.key) : [...chosen, plot];
}
