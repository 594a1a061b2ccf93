/** Compiles the expressions of docs/styles.md once, to be evaluated for every feature. */
import { language } from "../../i18n.js";

export interface Scope {
  get(name: string): unknown;
  readonly kind: string;
  readonly zoom: number;
  /** Ground metres per pixel. */
  readonly metresPerPixel: number;
}

export type Value = string | number | boolean | null | unknown[];
export type Compiled = (scope: Scope) => Value;
type Operator = (rest: Compiled[], raw: unknown[]) => Compiled;

const numberOf = (value: Value): number => (typeof value === "number" ? value : Number(value ?? 0));
const textOf = (value: Value): string => (value === null || value === undefined ? "" : String(value));

function compare(test: (a: number | string, b: number | string) => boolean): Operator {
  return ([left, right]) =>
    (scope) => {
      const a = left?.(scope) ?? null;
      const b = right?.(scope) ?? null;
      if (typeof a === "number" || typeof b === "number") return test(numberOf(a), numberOf(b));
      return test(textOf(a), textOf(b));
    };
}

function fold(combine: (a: number, b: number) => number): Operator {
  return (rest) => (scope) => rest.map((one) => numberOf(one(scope))).reduce(combine);
}

function match(_: Compiled[], raw: unknown[]): Compiled {
  const input = compile(raw[0]);
  const table = new Map<string, Compiled>();
  for (let index = 1; index + 1 < raw.length; index += 2) {
    const labels = Array.isArray(raw[index]) ? (raw[index] as unknown[]) : [raw[index]];
    const output = compile(raw[index + 1]);
    for (const label of labels) table.set(String(label), output);
  }
  const otherwise = compile(raw[raw.length - 1]);
  return (scope) => (table.get(textOf(input(scope))) ?? otherwise)(scope);
}

function choose(rest: Compiled[]): Compiled {
  return (scope) => {
    for (let index = 0; index + 1 < rest.length; index += 2) {
      if (rest[index]?.(scope)) return rest[index + 1]?.(scope) ?? null;
    }
    return rest[rest.length - 1]?.(scope) ?? null;
  };
}

function step(_: Compiled[], raw: unknown[]): Compiled {
  const input = compile(raw[0]);
  const outputs = [compile(raw[1])];
  const stops: number[] = [];
  for (let index = 2; index + 1 < raw.length; index += 2) {
    stops.push(Number(raw[index]));
    outputs.push(compile(raw[index + 1]));
  }
  return (scope) => {
    const value = numberOf(input(scope));
    const reached = stops.filter((stop) => value >= stop).length;
    return outputs[reached]?.(scope) ?? null;
  };
}

function interpolate(_: Compiled[], raw: unknown[]): Compiled {
  const [name, base] = raw[0] as [string, number?];
  const power = name === "exponential" ? (base ?? 1) : 1;
  const input = compile(raw[1]);
  const stops: [number, Compiled][] = [];
  for (let index = 2; index + 1 < raw.length; index += 2) stops.push([Number(raw[index]), compile(raw[index + 1])]);
  return (scope) => between(numberOf(input(scope)), stops, power, scope);
}

function between(value: number, stops: [number, Compiled][], power: number, scope: Scope): Value {
  const above = stops.findIndex(([stop]) => stop > value);
  if (above === 0) return stops[0]?.[1](scope) ?? null;
  const low = stops[above < 0 ? stops.length - 1 : above - 1];
  const high = stops[above];
  if (!low || !high || above < 0) return low?.[1](scope) ?? null;
  const span = high[0] - low[0];
  const share = power === 1 ? (value - low[0]) / span : (power ** (value - low[0]) - 1) / (power ** span - 1);
  const from = low[1](scope);
  const to = high[1](scope);
  if (typeof from !== "number" || typeof to !== "number") return from;
  return from + (to - from) * share;
}

/** The feature's name in the page's language, else in whichever language there is. */
function name(): Compiled {
  const order = [`name_${language}`, "name_ar", "name_en", "name_fr", "name"];
  return (scope) => {
    for (const field of order) {
      const value = scope.get(field);
      if (typeof value === "string" && value !== "") return value;
    }
    return "";
  };
}

const OPERATORS: Record<string, Operator> = {
  get: (_, [field]) => (scope) => (scope.get(String(field)) ?? null) as Value,
  has: (_, [field]) => (scope) => scope.get(String(field)) !== undefined && scope.get(String(field)) !== null,
  literal: (_, [value]) => () => value as Value,
  zoom: () => (scope) => scope.zoom,
  "geometry-type": () => (scope) => scope.kind,
  name,
  match,
  case: choose,
  step,
  interpolate,
  coalesce: (rest) => (scope) => rest.map((one) => one(scope)).find((value) => value !== null && value !== undefined) ?? null,
  concat: (rest) => (scope) => rest.map((one) => textOf(one(scope))).join(""),
  "to-string": ([one]) => (scope) => textOf(one?.(scope) ?? null),
  "to-number": ([one]) => (scope) => numberOf(one?.(scope) ?? null),
  length: ([one]) => (scope) => ((one?.(scope) ?? "") as string | unknown[]).length,
  metres: ([one]) => (scope) => numberOf(one?.(scope) ?? null) / scope.metresPerPixel,
  "==": compare((a, b) => a === b),
  "!=": compare((a, b) => a !== b),
  "<": compare((a, b) => a < b),
  "<=": compare((a, b) => a <= b),
  ">": compare((a, b) => a > b),
  ">=": compare((a, b) => a >= b),
  all: (rest) => (scope) => rest.every((one) => Boolean(one(scope))),
  any: (rest) => (scope) => rest.some((one) => Boolean(one(scope))),
  "!": ([one]) => (scope) => !one?.(scope),
  in: ([needle, hay]) => (scope) => {
    const list = hay?.(scope);
    return Array.isArray(list) ? list.includes(needle?.(scope)) : textOf(list ?? null).includes(textOf(needle?.(scope) ?? null));
  },
  "+": fold((a, b) => a + b),
  "-": (rest) => (rest.length === 1 ? (scope) => -numberOf(rest[0]?.(scope) ?? 0) : fold((a, b) => a - b)(rest, [])),
  "*": fold((a, b) => a * b),
  "/": fold((a, b) => a / b),
  min: fold((a, b) => Math.min(a, b)),
  max: fold((a, b) => Math.max(a, b)),
};
// These read their arguments themselves.
const RAW = new Set(["get", "has", "literal", "match", "step", "interpolate", "zoom", "geometry-type", "name"]);

/** Turn an expression (or a plain value) into a function; an unknown operator is null and says so once. */
export function compile(expression: unknown): Compiled {
  if (!Array.isArray(expression)) return () => (expression ?? null) as Value;
  const [head, ...rest] = expression as [unknown, ...unknown[]];
  const operator = typeof head === "string" ? OPERATORS[head] : undefined;
  if (!operator) {
    if (typeof head !== "string") return () => expression;
    console.warn(`map style: unknown expression "${head}"`);
    return () => null;
  }
  return operator(RAW.has(head as string) ? [] : rest.map(compile), rest);
}
