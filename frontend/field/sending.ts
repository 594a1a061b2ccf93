/** Sends what waits in the outbox, one after another, until the server has acknowledged each. */
import { acknowledged, keepAll, type Differences, type Waiting, waiting } from "./store.js";
import { fetchData } from "../api/fetch.js";

export type Outcome = "empty" | "offline" | "signed-out";

interface Answer {
  id?: string;
  title?: string;
  detail?: string;
  version?: number;
  differences?: Differences;
  errors?: { field: string; detail: string }[];
}

const PATIENCE_MS = 30000;

function token(): string {
  return /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

async function put(path: string, body: BodyInit, kind: string): Promise<{ status: number; answer: Answer }> {
  const response = await fetchData(path, {
    method: "PUT",
    body,
    redirect: "manual",
    headers: { "Content-Type": kind, "X-CSRFToken": token() },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const isJson = (response.headers.get("Content-Type") ?? "").includes("json");
  return { status: response.status, answer: isJson ? ((await response.json()) as Answer) : {} };
}

function send(item: Waiting): Promise<{ status: number; answer: Answer }> {
  if (item.visit) return put(`/api/v1/visits/${item.id}`, JSON.stringify(item.visit), "application/json");
  return put(`/api/v1/visits/${item.photo?.of}/photos/${item.id}`, item.photo?.body ?? new Blob(), "image/jpeg");
}

/** Send everything that is not held; tells after each item, so that the page shows what is left. */
export async function sendAll(owner: number, told: () => void): Promise<Outcome> {
  const items = await waiting(owner);
  const unsent = new Set(items.filter((one) => one.visit).map((one) => one.id));
  for (const item of items) {
    // A photograph waits for its visit.
    if (item.held || (item.photo && unsent.has(item.photo.of))) continue;
    let status: number;
    let answer: Answer;
    try {
      ({ status, answer } = await send(item));
    } catch {
      return "offline";
    }
    if (status >= 200 && status < 300 && answer.id === item.id) {
      await acknowledged(item.id);
      unsent.delete(item.id);
    } else if (status === 0 || status === 401 || status === 403) return "signed-out";
    else if (status === 429 || status >= 500) return "offline";
    else await hold(item, answer);
    told();
  }
  return "empty";
}

/** Keep an item that the server does not take as it is, with what the server says; it is never thrown away. */
async function hold(item: Waiting, answer: Answer): Promise<void> {
  const faults = (answer.errors ?? []).map((one) => one.detail).join(" ");
  const said = `${answer.title ?? ""} ${faults || answer.detail || ""}`.trim();
  await keepAll([{ ...item, held: { version: answer.version ?? 0, differences: answer.differences ?? {}, said } }]);
}
