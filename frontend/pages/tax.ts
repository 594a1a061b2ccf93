/** The tax desk: the map by status, the legend that filters it, the building's panel, the queue that follows. */
import type { Rule } from "../api/types.js";
import type { App } from "../app.js";
import { need } from "../dom.js";
import { t } from "../i18n.js";
import { swatch } from "../map/style/swatch.js";
import { Fragment } from "../panels/fragment.js";
import { Queue } from "../panels/queue.js";
import { splitter } from "../panels/splitter.js";
import { toast } from "../panels/toast.js";
import { failed, ready, start } from "../start.js";

const PLACES = "tax-places";
const QUEUE = "queue-tax-";
/** How strongly the statuses are drawn behind a queue. */
const BEHIND = 0.45;
/** What lies beneath the statuses at the start; the layer list offers the rest. */
const GROUND = ["parcels", "streets", "places", PLACES];

/** The legend is the filter: one status alone, or all. */
class Legend {
  private chosen = "";

  constructor(
    private readonly app: App,
    private readonly changed: (status: string) => void,
  ) {
    for (const button of this.buttons()) button.addEventListener("click", () => this.choose(button.dataset["status"] ?? ""));
    const style = app.collection(PLACES)?.style ?? [];
    for (const place of document.querySelectorAll<HTMLElement>("[data-swatch]")) {
      place.replaceChildren(swatch(rulesOf(style, place.dataset["swatch"] ?? "")));
    }
  }

  private buttons(): HTMLElement[] {
    return [...need("tax-legend").querySelectorAll<HTMLElement>("button")];
  }

  private choose(status: string): void {
    this.chosen = this.chosen === status ? "" : status;
    for (const button of this.buttons()) button.setAttribute("aria-pressed", String(button.dataset["status"] === this.chosen));
    const only = this.chosen;
    this.app.map.hide(PLACES, only ? (field) => field("status") !== only : null);
    this.changed(only);
  }
}

/** What of the layer's style draws one status: its fill, then what is laid over it. */
function rulesOf(style: Rule[], status: string): Rule[] {
  const fills = (style[0]?.["paint"] as Record<string, unknown[]> | undefined)?.["fill-color"] ?? [];
  const colour = fills[fills.indexOf(status) + 1];
  const over = style.filter((rule) => (rule["filter"] as unknown[] | undefined)?.[2] === status);
  return [{ type: "fill", paint: { "fill-color": colour } }, ...over];
}

/** The building's panel, drawn by the server. */
class PlacePanel {
  private readonly fragment = new Fragment("place");

  constructor(private readonly app: App) {
    document.addEventListener("click", (event) => this.onClick(event));
  }

  async show(id: string, unit = ""): Promise<void> {
    await this.fragment.load(`/staff/tax/map/places/${encodeURIComponent(id)}/`, unit ? { unit } : {});
    // Where the panel lies beneath map and queue, the choice would else go unseen.
    if (matchMedia("(max-width: 60rem)").matches) need("place").scrollIntoView({ block: "start" });
  }

  private onClick(event: MouseEvent): void {
    const link = (event.target as Element).closest<HTMLAnchorElement>("#place a[data-unit], #place a[data-place]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const { unit, place } = link.dataset;
    if (place) void this.app.choose({ collection: PLACES, id: place });
    else void this.show(this.app.store.now.chosen?.id ?? "", unit);
  }
}

/** What is shown when a queue is opened: its differences lie over the statuses, those of the others no more. */
function withQueue(app: App, name: string): Set<string> {
  const others = [...app.store.now.visible].filter((id) => !id.startsWith(QUEUE));
  return new Set(app.collection(QUEUE + name) ? [...others, QUEUE + name] : others);
}

function wire(app: App): void {
  const panel = new PlacePanel(app);
  const queue = new Queue(app);
  let wanted = new URLSearchParams(location.search).get("unit") ?? "";
  app.watch({
    shown: (chosen) => {
      if (chosen.collection !== PLACES) return;
      void panel.show(chosen.id, wanted).catch(() => toast(t("list.failed")));
      wanted = "";
      queue.mark(chosen.id);
    },
  });
  queue.onPick = (place, unit) => {
    wanted = unit;
    void app.choose({ collection: PLACES, id: place }, "reveal");
  };
  queue.onFind = (collection, id) => void app.choose({ collection, id }, "reveal");
  queue.onOpen = (name) => {
    app.store.update({ visible: withQueue(app, name) });
    app.store.fade(PLACES, app.collection(QUEUE + name) ? BEHIND : 1);
  };
  new Legend(app, (status) => queue.filter(status));
  app.map.onClick(({ hits }) => {
    const hit = hits.find((one) => one.collection === PLACES);
    if (hit) void app.choose(hit);
  });
  const asked = new URLSearchParams(location.search).get("queue");
  if (asked) queue.onOpen(asked);
  void queue.load();
}

async function main(): Promise<void> {
  const linked = location.hash.includes("layers=");
  const { app } = await start();
  if (!linked) app.store.update({ visible: new Set(GROUND.filter((id) => app.collection(id))) });
  splitter(need("splitter"), need("desk"));
  wire(app);
  const { chosen } = app.store.now;
  if (chosen) void app.choose(chosen, "fit");
  await ready(app);
}

main().catch(failed);
