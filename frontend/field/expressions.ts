/** Evaluates the small trees that the server makes of a form's expressions; its twin is reconciliation/forms/expressions.py. */
export type Tree = [string, ...(Tree | string | number)[]];
type Value = string | number | boolean;

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Whether an expression is true for the answers; `own` is the answer that it stands beside. */
export function holds(tree: Tree, answers: Record<string, string>, own: string): boolean {
  return truth(value(tree, answers, own));
}

function value(tree: Tree, answers: Record<string, string>, own: string): Value {
  const [kind, first] = tree;
  if (kind === "ref") return answers[String(first)] ?? "";
  if (kind === "self") return own;
  if (kind === "value") return first as string | number;
  const parts = tree.slice(1).filter((part): part is Tree => Array.isArray(part)).map((part) => value(part, answers, own));
  const [left = "", right = ""] = parts;
  return kind === "call" ? called(String(first), left, right) : operated(kind, left, right);
}

function called(name: string, left: Value, right: Value): Value {
  switch (name) {
    case "selected":
      return words(left).includes(text(right));
    case "count-selected":
      return words(left).length;
    case "not":
      return !truth(left);
    case "true":
      return true;
    case "false":
      return false;
    case "today":
      return today();
    case "string-length":
      return [...text(left)].length;
    default:
      return number(left);
  }
}

function operated(sign: string, left: Value, right: Value): Value {
  switch (sign) {
    case "or":
      return truth(left) || truth(right);
    case "and":
      return truth(left) && truth(right);
    case "=":
      return same(left, right);
    case "!=":
      return !same(left, right);
    case "+":
      return number(left) + number(right);
    case "-":
      return number(left) - number(right);
    case "*":
      return number(left) * number(right);
    case "div":
      return number(right) === 0 ? NaN : number(left) / number(right);
    case "mod":
      return number(right) === 0 ? NaN : number(left) % number(right);
    default:
      return ordered(sign, left, right);
  }
}

function ordered(sign: string, left: Value, right: Value): boolean {
  const days = [left, right].every((one) => typeof one === "string" && DAY.test(one));
  const [a, b] = days ? [String(left), String(right)] : [number(left), number(right)];
  if (sign === "<") return a < b;
  if (sign === "<=") return a <= b;
  return sign === ">" ? a > b : a >= b;
}

function same(left: Value, right: Value): boolean {
  const [a, b] = [number(left), number(right)];
  return Number.isNaN(a) || Number.isNaN(b) ? text(left) === text(right) : a === b;
}

function truth(one: Value): boolean {
  return typeof one === "number" ? one !== 0 && !Number.isNaN(one) : Boolean(one);
}

function text(one: Value): string {
  return String(one);
}

function words(one: Value): string[] {
  return text(one).split(/\s+/).filter(Boolean);
}

/** An empty text is no number, as in XPath. */
function number(one: Value): number {
  return typeof one === "string" && !/^\s*[-+]?(\d+\.?\d*|\.\d+)\s*$/.test(one) ? NaN : Number(one);
}

function today(): string {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}
