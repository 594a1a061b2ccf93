/** The public map. */
import type { App } from "../app.js";
import { need } from "../dom.js";
import { t } from "../i18n.js";
import type { Click, Inset } from "../map/engine.js";
import { FeatureCard } from "../panels/card.js";
import { ListTwin } from "../panels/list.js";
import { MeasurePanel } from "../panels/measure.js";
import { printing } from "../panels/print.js";
import { Sheet } from "../panels/sheet.js";
import { toast } from "../panels/toast.js";
import { cellValues } from "../panels/values.js";
import { failed, ready, start } from "../start.js";

const phone = window.matchMedia("(max-width: 48rem)");

function covered(): Inset {
  const inset: Inset = { top: 0, right: 0, bottom: 0, left: 0 };
  const area = need("map").getBoundingClientRect();
  const card = need("card").getBoundingClientRect();
  const layers = need("layers").getBoundingClientRect();
  if (phone.matches) {
    inset.top = need("search").getBoundingClientRect().bottom - area.top;
    if (card.height > 0) inset.bottom = Math.max(0, area.bottom - card.top);
    return inset;
  }
  for (const panel of [card, layers]) {
    if (panel.width === 0) continue;
    const isLeft = panel.left - area.left < area.width / 2;
    if (isLeft) inset.left = Math.max(inset.left, panel.right - area.left);
    else inset.right = Math.max(inset.right, area.right - panel.left);
  }
  return inset;
}

async function share(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 250));
  try {
    await navigator.clipboard.writeText(location.href);
    toast(t("share.copied"));
  } catch {
    toast(t("share.failed"));
  }
}

function togglePanel(id: string, openers: string): (open?: boolean) => void {
  const panel = need(id);
  const buttons = document.querySelectorAll<HTMLElement>(openers);
  const set = (open: boolean): void => {
    panel.hidden = !open;
    for (const button of buttons) button.setAttribute("aria-expanded", String(open));
  };
  for (const button of buttons) button.addEventListener("click", () => set(panel.hidden));
  return (open = panel.hidden) => set(open);
}

function clicked(app: App, card: FeatureCard, click: Click): void {
  const [first] = click.hits;
  card.offer(click.hits);
  void app.choose(first ?? null);
}

function locate(app: App): void {
  app.map.locator.find().then(
    ({ at }) => app.map.goTo(at, 18),
    (error: unknown) => toast(t((error as GeolocationPositionError).code === 1 ? "locate.denied" : "locate.failed")),
  );
}

async function main(): Promise<void> {
  const { app } = await start();
  app.map.inset = covered;
  const layers = togglePanel("layers", "[data-toggles=layers]");
  layers(!phone.matches);
  const list = need("list");
  const twin = new ListTwin(app, list, () => showList(false));
  const showList = (open: boolean, collection = ""): void => {
    list.hidden = !open;
    document.body.classList.toggle("has-list", open);
    for (const button of document.querySelectorAll("[data-toggles=list]")) button.setAttribute("aria-expanded", String(open));
    if (open) twin.open(collection);
  };
  const element = need("card");
  const body = need("card-body");
  const sheet = new Sheet(element, body, () => undefined);
  const card = new FeatureCard(app, body, {
    opened: (isOpen) => {
      element.hidden = !isOpen;
      if (isOpen) sheet.set("half");
      if (isOpen && phone.matches) layers(false);
    },
    share: () => void share(),
    list: (collection) => showList(true, collection),
  });
  app.map.onClick((click) => clicked(app, card, click));
  wire(app, showList);
  cellValues(app, need("map").parentElement ?? document.body);
  await ready(app);
}

function wire(app: App, showList: (open: boolean) => void): void {
  for (const button of document.querySelectorAll("[data-toggles=list]")) {
    button.addEventListener("click", () => showList(need("list").hidden));
  }
  for (const button of document.querySelectorAll("[data-act=locate]")) button.addEventListener("click", () => locate(app));
  for (const button of document.querySelectorAll("[data-act=share]")) button.addEventListener("click", () => void share());
  new MeasurePanel(app, need("measure"), [...document.querySelectorAll<HTMLElement>("[data-act=measure]")]);
  printing(app, need<HTMLDialogElement>("print"), need("print-sheet"), app.catalogue.municipality.name);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || need("measure").hidden === false) return;
    const target = event.target as Element;
    if (!target.closest("dialog, details.menu, input")) void app.choose(null);
  });
}

main().catch(failed);
