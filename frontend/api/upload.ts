/** Sending a file in pieces (tus 1.0), going on where it stopped: after a broken line, a reload, another day. */
import { csrfToken } from "./rows.js";
import { Refusal } from "./client.js";
import { fetchData } from "./fetch.js";

const PIECE = 4 << 20;
const TUS = "1.0.0";
// How long to wait before trying again, in seconds; then the sender is asked.
const WAITS = [1, 2, 4, 8, 16];

/** What the sender's page wants to know. */
export interface Telling {
  progress(done: number, total: number): void;
  waiting(): void;
}

/** Where a file stands at the server. */
interface Standing {
  offset: number;
  /** The page of the import, as soon as the file is wholly there. */
  page: string | null;
}

function keyOf(file: File): string {
  return `upload:${file.name}:${file.size}:${file.lastModified}`;
}

async function ask(address: string, method: string, headers: Record<string, string>, body?: Blob): Promise<Response> {
  const known = { "Tus-Resumable": TUS, "X-CSRFToken": csrfToken() };
  return fetchData(address, { method, headers: { ...known, ...headers }, ...(body ? { body } : {}) });
}

async function refusal(response: Response): Promise<Refusal> {
  const isJson = (response.headers.get("Content-Type") ?? "").includes("json");
  const said = isJson ? ((await response.json()) as { title?: string; detail?: string }) : {};
  return new Refusal(response.status, { title: said.title ?? response.statusText, detail: said.title ?? "" });
}

function standing(response: Response): Standing {
  return { offset: Number(response.headers.get("Upload-Offset")), page: response.headers.get("Content-Location") };
}

/** Begin an upload and remember its address. */
async function begin(endpoint: string, file: File): Promise<string> {
  const name = btoa(String.fromCharCode(...new TextEncoder().encode(file.name)));
  const made = await ask(endpoint, "POST", { "Upload-Length": String(file.size), "Upload-Metadata": `filename ${name}` });
  if (!made.ok) throw await refusal(made);
  const address = made.headers.get("Location") ?? "";
  localStorage.setItem(keyOf(file), address);
  return address;
}

/** Ask how much of the file is there; null when nothing is known of it any more. */
async function stands(address: string): Promise<Standing | null> {
  const answer = await ask(address, "HEAD", {});
  if (answer.status === 404) return null;
  if (!answer.ok) throw await refusal(answer);
  return standing(answer);
}

/** The checksum of a piece, where the browser gives one: on a safe connection. */
async function checksum(piece: Blob): Promise<Record<string, string>> {
  if (!globalThis.isSecureContext) return {};
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await piece.arrayBuffer()));
  return { "Upload-Checksum": `sha256 ${btoa(String.fromCharCode(...digest))}` };
}

async function sendPiece(address: string, file: File, offset: number): Promise<Standing | null> {
  const piece = file.slice(offset, offset + PIECE);
  const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(offset), ...(await checksum(piece)) };
  const answer = await ask(address, "PATCH", headers, piece);
  // It stands elsewhere, is written to by a request that is not over, or came damaged: ask and go on.
  if (answer.status === 409 || answer.status === 423 || answer.status === 460) return null;
  if (!answer.ok) throw await refusal(answer);
  return standing(answer);
}

/** Send what is missing, once; throws when the line breaks. */
async function sendRest(address: string, file: File, known: Standing, telling: Telling): Promise<Standing> {
  let at = known;
  while (at.page === null) {
    telling.progress(at.offset, file.size);
    const next = await sendPiece(address, file, at.offset);
    if (next === null) throw new TypeError("the upload stands elsewhere");
    at = next;
  }
  return at;
}

/** Send a file to its end and return the page of its import; `TypeError` when the line stays broken. */
export async function send(endpoint: string, file: File, telling: Telling): Promise<string> {
  const remembered = localStorage.getItem(keyOf(file));
  for (let tries = 0; ; ) {
    let before = -1;
    try {
      const address = localStorage.getItem(keyOf(file)) ?? (await begin(endpoint, file));
      const known = await stands(address);
      if (known === null || (known.page !== null && address === remembered)) {
        // Forgotten by the server, or an earlier import of the same file: this is a new one.
        localStorage.removeItem(keyOf(file));
        continue;
      }
      before = known.offset;
      const done = await sendRest(address, file, known, {
        ...telling,
        progress: (sent, total) => {
          if (sent > before) tries = 0;
          telling.progress(sent, total);
        },
      });
      localStorage.removeItem(keyOf(file));
      return done.page ?? "";
    } catch (error) {
      if (!(error instanceof TypeError) || tries >= WAITS.length) throw error;
      telling.waiting();
      const seconds = WAITS[tries++] ?? 1;
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
  }
}
