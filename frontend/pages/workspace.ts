/** The staff map: tools at start, tables and queues beneath, panels at end, the status line. */
import type { App } from "../app.js";
import { need } from "../dom.js";
import { t } from "../i18n.js";
import { BuildingPanel } from "../panels/building.js";
import { FeatureCard } from "../panels/card.js";
import { DayPanel } from "../panels/days.js";
import { ListTwin } from "../panels/list.js";
import { MeasurePanel } from "../panels/measure.js";
import { printing } from "../panels/print.js";
import { Rail } from "../panels/rail.js";
import { splitter } from "../panels/splitter.js";
import { statusLine } from "../panels/status.js";
import { TableTabs, wireTabs } from "../panels/tabs.js";
import { toast } from "../panels/toast.js";
import { cellValues } from "../panels/values.js";
import { failed, ready, start } from "../start.js";
import { type TableTab, type Tool, register, tabs, tools } from "../workbench.js";

function tableOf(app: App, collection: string): TableTab {
  const title = app.collection(collection)?.title ?? collection;
  return {
    id: `table-${collection}`,
    title,
    canClose: true,
    fill: (host) => new ListTwin(app, host, null).open(collection),
  };
}

async function share(): Promise<void> {
  try {
    await navigator.clipboard.writeText(location.href);
    toast(t("share.copied"));
  } catch {
    toast(t("share.failed"));
  }
}

function buildingTool(app: App, panel: () => BuildingPanel | null): Tool[] {
  if (!BuildingPanel.isOffered(app)) return [];
  return [{ id: "building", icon: "house-plus", label: t("building.tool"), key: "B", begin: () => opened(panel()) }];
}

function ownTools(measure: () => MeasurePanel | null, days: () => DayPanel | null, side: (id: string) => void): Tool[] {
  return [
    { id: "measure", icon: "ruler", label: t("tool.measure"), key: "M", begin: () => opened(measure()) },
    { id: "days", icon: "history", label: t("days.tool"), key: "H", begin: () => opened(days()) },
    { id: "layers", icon: "layers", label: t("tool.layers"), key: "L", begin: () => once(() => side("side-tab-layers")) },
    { id: "table", icon: "table-2", label: t("tool.table"), key: "T", begin: () => once(() => need("tabs").querySelector<HTMLElement>("[tabindex='0']")?.focus()) },
    { id: "share", icon: "share-2", label: t("tool.share"), begin: () => once(() => void share()) },
    { id: "print", icon: "printer", label: t("tool.print"), begin: () => once(() => need<HTMLDialogElement>("print").showModal()) },
  ];
}

function once(act: () => void): null {
  act();
  return null;
}

function opened(panel: MeasurePanel | DayPanel | BuildingPanel | null): (() => void) | null {
  if (!panel) return null;
  void panel.open();
  return () => panel.close();
}

async function main(): Promise<void> {
  const side = wireTabs(document.querySelector<HTMLElement>(".side-tabs") ?? need("rail"));
  const { app } = await start();
  let measure: MeasurePanel | null = null;
  let days: DayPanel | null = null;
  let building: BuildingPanel | null = null;
  register({ tools: buildingTool(app, () => building), tabs: () => [] });
  register({ tools: ownTools(() => measure, () => days, side), tabs: (one) => firstTables(one) });
  const tables = new TableTabs(app, need("tabs"), need("tab-body"));
  new FeatureCard(app, need("card-body"), {
    opened: (isOpen) => {
      need("card-empty").hidden = isOpen;
      if (isOpen) side("side-tab-feature");
    },
    share: () => void share(),
    list: (collection) => tables.add(tableOf(app, collection)),
  });
  app.map.onClick(({ hits: [first] }) => void app.choose(first ?? null));
  const rail = new Rail(app, need("rail"), tools());
  measure = new MeasurePanel(app, need("measure"), [], () => rail.stop());
  building = new BuildingPanel(app, need("building"), () => rail.stop());
  days = new DayPanel(app, need("days"), () => rail.stop());
  if (app.store.now.day) rail.start("days");
  for (const tab of tabs(app)) tables.add(tab, false);
  splitter(need("splitter"), need("desk"));
  statusLine(app);
  printing(app, need<HTMLDialogElement>("print"), need("print-sheet"), app.catalogue.municipality.name);
  cellValues(app, need("map").parentElement ?? document.body);
  await ready(app);
}

/** The tables of the layers that are on the map at the start, as far as they fit side by side. */
function firstTables(app: App): TableTab[] {
  const shown = app.collections().filter((info) => app.store.now.visible.has(info.id));
  return shown.slice(0, 4).map((info) => tableOf(app, info.id));
}

main().catch(failed);
