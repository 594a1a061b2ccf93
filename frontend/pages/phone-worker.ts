/** Answers the visits page's requests: from the network while there is one, else with what was kept. */

interface Worker extends EventTarget {
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
}

interface Kept extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface Asked extends Kept {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}

const worker = globalThis as unknown as Worker;
const STORE = "visits-1";
const AT_ONCE = 6;
// The answer of these changes with every look; the page keeps what it needs of them itself.
const NEVER = ["/api/v1/visits/", "/api/v1/queues"];

worker.addEventListener("install", (event) => (event as Kept).waitUntil(worker.skipWaiting()));
worker.addEventListener("activate", (event) => (event as Kept).waitUntil(worker.clients.claim()));

worker.addEventListener("message", (event) => {
  const { data, ports } = event as MessageEvent<{ keep: string[] }>;
  (event as unknown as Kept).waitUntil(keep(data.keep).then((count) => ports[0]?.postMessage(count)));
});

worker.addEventListener("fetch", (event) => {
  const asked = event as Asked;
  const url = new URL(asked.request.url);
  if (asked.request.method !== "GET" || url.origin !== location.origin || NEVER.some((one) => url.pathname.startsWith(one))) return;
  asked.respondWith(answer(asked.request));
});

async function answer(request: Request): Promise<Response> {
  const store = await caches.open(STORE);
  try {
    const fresh = await fetch(request);
    // A page that sends us to sign in must not replace the one that was kept.
    if (fresh.ok && !fresh.redirected) void store.put(named(request.url), fresh.clone());
    return fresh;
  } catch (error) {
    const kept = await store.match(named(request.url), { ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}

/** Tiles and pages are kept under their path alone: what follows it only says which version was wanted. */
function named(address: string): string {
  const url = new URL(address, location.origin);
  url.hash = "";
  if (url.pathname.startsWith("/tiles/") || url.pathname === "/staff/visits/" || url.pathname === "/api/v1/catalogue") url.search = "";
  return url.toString();
}

async function keep(addresses: string[]): Promise<number> {
  const store = await caches.open(STORE);
  const left = [...addresses];
  let count = 0;
  const one = async (): Promise<void> => {
    for (let address = left.pop(); address !== undefined; address = left.pop()) {
      try {
        const fresh = await fetch(address, { credentials: "same-origin" });
        if (fresh.ok && !fresh.redirected) {
          await store.put(named(address), fresh);
          count += 1;
        }
      } catch {
        // What could not be read now is read at the next preparation.
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return count;
}
