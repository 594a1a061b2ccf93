/** The phone page: the round as list and map, a form for each place, and an outbox that survives everything. */
import { readCatalogue } from "../api/client.js";
import type { Catalogue, Geometry } from "../api/types.js";
import { h, icon, need } from "../dom.js";
import { visitForm } from "../field/form.js";
import { keep, ownParts, startWorker, tilesOf } from "../field/keeping.js";
import { sendAll, type Outcome } from "../field/sending.js";
import { acknowledged, keepAll, keepRound, keptRound, waiting, type CaseInfo, type Round, type Waiting } from "../field/store.js";
import { isolated, language, t } from "../i18n.js";
import { MapEngine } from "../map/engine.js";
import { fetchData } from "../api/fetch.js";

const AGAIN_MS = 15000;
const owner = Number(need("phone").dataset["owner"]);
const root = document.documentElement;
let round: Round = { cases: [], queues: {} };
let outbox: Waiting[] = [];
let map: MapEngine | null = null;
let sending: Promise<Outcome> | null = null;
let outcome: Outcome = "empty";

async function readRound(): Promise<Round> {
  const response = await fetchData(`/api/v1/visits/round?lang=${language}`);
  if (!response.ok) throw new Error(String(response.status));
  return (await response.json()) as Round;
}

async function refresh(): Promise<void> {
  try {
    round = await readRound();
    await keepRound(owner, round);
  } catch {
    round = (await keptRound(owner)) ?? round;
  }
}

async function draw(): Promise<void> {
  outbox = await waiting(owner);
  drawState();
  drawHeld();
  drawList();
  root.dataset["waiting"] = String(outbox.length);
}

function drawState(): void {
  const held = outbox.filter((one) => one.held).length;
  const words = outbox.length === 0 ? t("field.all_sent") : t("field.waiting", { count: outbox.length });
  const more = held > 0 ? t("field.held", { count: held }) : outcome === "signed-out" ? t("field.signed_out") : !navigator.onLine || outcome === "offline" ? t("field.offline") : "";
  const sign = icon(outbox.length === 0 ? "circle-check" : held > 0 ? "octagon-x" : "cloud-upload");
  need("outbox").replaceChildren(sign, h("span", { class: "grow" }, words, more ? h("span", { class: "hint" }, ` ${more}`) : null));
  if (outcome === "signed-out") need("outbox").append(h("a", { class: "button", href: "/accounts/login/?next=/staff/visits/" }, t("field.sign_in")));
  else if (outbox.length > 0) need("outbox").append(h("button", { type: "button", class: "button", onclick: () => void sync() }, t("field.send")));
}

function drawHeld(): void {
  need("held").replaceChildren(...outbox.filter((one) => one.held).map(heldCard));
}

function heldCard(item: Waiting): HTMLElement {
  const one = round.cases.find((each) => each.id === item.case);
  const rows = Object.entries(item.held?.differences ?? {}).map(([field, both]) =>
    h("tr", {}, h("th", { scope: "row" }, field === "result" ? t("field.result") : t("field.note")), h("td", {}, titleOf(field, both.yours)), h("td", {}, titleOf(field, both.theirs))),
  );
  const table = h("table", { class: "table" }, h("thead", {}, h("tr", {}, h("th"), h("th", {}, t("field.yours")), h("th", {}, t("field.theirs")))), h("tbody", {}, ...rows));
  const mine = h("button", { type: "button", class: "button", onclick: () => void settle(item, true) }, rows.length > 0 ? t("field.keep_mine") : t("field.send"));
  const theirs = rows.length > 0 ? h("button", { type: "button", class: "button", onclick: () => void settle(item, false) }, t("field.keep_theirs")) : null;
  return h("article", { class: "card visit-held" }, h("div", { class: "body stack tight" }, h("h2", {}, h("bdi", {}, one?.label ?? `#${item.case}`)), h("p", { class: "notice warn" }, icon("triangle-alert"), h("span", {}, item.held?.said ?? "")), rows.length > 0 ? table : null, h("div", { class: "row" }, mine, theirs)));
}

function titleOf(field: string, value: string): string {
  if (field !== "result") return value;
  const results = Object.values(round.queues).flatMap((queue) => queue.results);
  return results.find((choice) => choice.value === value)?.label ?? value;
}

/** Settle a held visit: send it again over the other answer, or let that stand as a visit with a note. */
async function settle(item: Waiting, mine: boolean): Promise<void> {
  if (item.visit && item.held) {
    const visit = mine
      ? { ...item.visit, base: item.held.version, overrule: true }
      : { ...item.visit, result: "", note: `${item.visit.note} ${t("field.other_stands")}`.trim() };
    await keepAll([{ ...item, visit, held: null }]);
  } else if (mine) await keepAll([{ ...item, held: null }]);
  else await acknowledged(item.id);
  await sync();
}

function drawList(): void {
  const done = new Set(outbox.map((one) => one.case));
  const items = round.cases.map((one) => {
    const queue = round.queues[one.queue];
    const facts = one.facts.slice(0, 2).map((fact) => `${isolated(fact.value)}${fact.unit ? ` ${fact.unit}` : ""}`);
    return h("li", {}, h("button", { type: "button", class: "visit-row", "data-case": one.id, "aria-label": `${one.label} ${queue?.title ?? ""}`, onclick: () => openCase(one) }, icon(done.has(one.id) ? "circle-check" : "map-pin"), h("span", { class: "grow stack tight" }, h("strong", {}, h("bdi", {}, one.label)), h("span", { class: "hint" }, [queue?.title ?? "", ...facts].join(" · "))), icon("chevron-right")));
  });
  const list = need("round");
  list.replaceChildren(...items);
  if (items.length === 0) list.append(h("li", { class: "empty" }, icon("list-checks"), h("p", {}, t("field.no_round"))));
  need("round-count").textContent = t("field.places", { count: round.cases.length });
}

function openCase(one: CaseInfo): void {
  const queue = round.queues[one.queue];
  if (!queue) return;
  show("case");
  visitForm(need("case-body"), one, queue, owner, () => void kept());
}

async function kept(): Promise<void> {
  await draw();
  show("list");
  void sync();
}

async function sync(): Promise<void> {
  root.dataset["sending"] = "true";
  sending ??= sendAll(owner, () => void draw());
  outcome = await sending;
  sending = null;
  if (outcome === "empty" && outbox.length > 0) await refresh();
  await draw();
  root.dataset["sending"] = "false";
}

function show(view: "list" | "map" | "case"): void {
  root.dataset["view"] = view;
  for (const name of ["list", "map", "case"]) need(`view-${name}`).hidden = name !== view;
  for (const name of ["list", "map"]) need(`to-${name}`).setAttribute("aria-current", String(name === view));
  if (view === "map") drawMap();
  window.scrollTo(0, 0);
}

let catalogue: Catalogue | null = null;

function shownCollections(): Catalogue["groups"][number]["collections"] {
  const wanted = new Set(["parcels", "buildings", "streets", ...Object.values(round.queues).map((queue) => queue.collection)]);
  return (catalogue?.groups ?? []).flatMap((group) => group.collections).filter((one) => wanted.has(one.id));
}

function drawMap(): void {
  if (!catalogue) return;
  if (!map) {
    map = new MapEngine(need("map"), catalogue);
    map.addCollections(shownCollections(), []);
    for (const one of shownCollections()) map.show(one.id, true);
    map.onClick(({ hits }) => {
      const hit = hits.map((each) => round.cases.find((one) => String(one.id) === String(each.id) && round.queues[one.queue]?.collection === each.collection)).find(Boolean);
      if (hit) openCase(hit);
    });
  }
  const boxes = round.cases.flatMap((one) => (one.box ? [one.box] : []));
  const first = round.cases[0];
  if (boxes.length > 0) map.fit([Math.min(...boxes.map((b) => b[0])), Math.min(...boxes.map((b) => b[1])), Math.max(...boxes.map((b) => b[2])), Math.max(...boxes.map((b) => b[3]))], 18, false);
  if (first?.geometry) map.highlight(first.geometry as Geometry);
}

/** Bring everything to the phone that the round needs without network. */
async function prepare(): Promise<void> {
  const worker = await startWorker().catch(() => null);
  catalogue = await readCatalogue().catch(() => null);
  if (!worker || !navigator.onLine) return;
  const addresses = [...ownParts(), `/api/v1/catalogue?lang=${language}`, ...tilesOf(round, shownCollections())];
  await keep(worker, addresses.map((one) => new URL(one, location.origin).toString()));
  root.dataset["prepared"] = String(addresses.length);
}

async function begin(): Promise<void> {
  show("list");
  need("to-list").addEventListener("click", () => show("list"));
  need("to-map").addEventListener("click", () => show("map"));
  need("back").addEventListener("click", () => show("list"));
  window.addEventListener("online", () => void sync());
  window.addEventListener("offline", () => void draw());
  window.setInterval(() => (outbox.some((one) => !one.held) ? void sync() : undefined), AGAIN_MS);
  await refresh();
  await draw();
  root.dataset["ready"] = "true";
  await sync();
  await prepare();
}

void begin();
