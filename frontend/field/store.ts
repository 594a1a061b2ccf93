/** What the phone keeps: the round as it was read last, and the outbox, in the browser's own database. */
import type { Tree } from "./expressions.js";

export interface Choice {
  value: string;
  label: string;
}

export interface Question {
  name: string;
  title: string;
  type: string;
  unit: string | null;
  choices: Choice[] | null;
  /** What only the municipality's own forms say. */
  required?: boolean;
  relevant?: Tree | null;
  constraint?: Tree | null;
  hint?: string | null;
  message?: string;
}

export interface QueueInfo {
  title: string;
  question: string;
  collection: string;
  results: Choice[];
  form: number | null;
  questions: Question[];
}

export interface CaseInfo {
  id: number;
  version: number;
  queue: string;
  label: string;
  facts: { title: string; value: string; unit: string }[];
  geometry: { type: string; coordinates: unknown } | null;
  box: [number, number, number, number] | null;
}

export interface Round {
  cases: CaseInfo[];
  queues: Record<string, QueueInfo>;
}

export interface VisitBody {
  case: number;
  base: number;
  result: string;
  note: string;
  answers: Record<string, string>;
  visited_at: string;
  overrule: boolean;
  form: number | null;
}

export type Differences = Record<string, { yours: string; theirs: string }>;

/** Something that waits to be acknowledged by the server; only that takes it out of the outbox. */
export interface Waiting {
  id: string;
  at: number;
  owner: number;
  case: number;
  visit: VisitBody | null;
  photo: { of: string; body: Blob } | null;
  /** Why it is not sent again by itself: an overtaken visit, or what the server found wrong. */
  held: { version: number; differences: Differences; said: string } | null;
}

const NAME = "visits";
let opened: Promise<IDBDatabase> | null = null;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("outbox", { keyPath: "id" });
      asked.result.createObjectStore("kept");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error ?? new Error("no database"));
  });
  return opened;
}

async function run<T>(store: string, mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode, { durability: "strict" });
    const request = work(transaction.objectStore(store));
    // A write counts once its transaction has ended, not when it was asked for.
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error ?? new Error("not kept"));
  });
}

/** Keep several things at once: all of them, or none. */
export async function keepAll(items: Waiting[]): Promise<void> {
  const database = await open();
  await new Promise<void>((resolve, reject) => {
    const transaction = database.transaction("outbox", "readwrite", { durability: "strict" });
    for (const item of items) transaction.objectStore("outbox").put(item);
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error ?? new Error("not kept"));
  });
}

/** Everything that waits, visits before their photographs, the oldest first. */
export async function waiting(owner: number): Promise<Waiting[]> {
  const all = await run<Waiting[]>("outbox", "readonly", (store) => store.getAll() as IDBRequest<Waiting[]>);
  return all.filter((one) => one.owner === owner).sort((a, b) => Number(a.visit === null) - Number(b.visit === null) || a.at - b.at);
}

/** Take out what the server has acknowledged. */
export async function acknowledged(id: string): Promise<void> {
  await run("outbox", "readwrite", (store) => store.delete(id));
}

export async function keepRound(owner: number, round: Round): Promise<void> {
  await run("kept", "readwrite", (store) => store.put(round, `round-${owner}`));
}

export async function keptRound(owner: number): Promise<Round | null> {
  return (await run<Round | undefined>("kept", "readonly", (store) => store.get(`round-${owner}`) as IDBRequest<Round | undefined>)) ?? null;
}
