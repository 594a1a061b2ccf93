/** Tabs by the ARIA pattern: arrows move, the panel follows, some can be closed. */
import type { App } from "../app.js";
import { h, icon } from "../dom.js";
import { isRightToLeft, t } from "../i18n.js";
import type { TableTab } from "../workbench.js";

function forward(event: KeyboardEvent): number {
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return 0;
  return (event.key === "ArrowRight") !== isRightToLeft ? 1 : -1;
}

/** Wire a tab list that the page already contains. */
export function wireTabs(list: HTMLElement): (id: string) => void {
  const tabs = [...list.querySelectorAll<HTMLElement>("[role=tab]")];
  const show = (tab: HTMLElement): void => {
    for (const one of tabs) {
      const isShown = one === tab;
      one.setAttribute("aria-selected", String(isShown));
      one.tabIndex = isShown ? 0 : -1;
      const panel = document.getElementById(one.getAttribute("aria-controls") ?? "");
      if (panel) panel.hidden = !isShown;
    }
  };
  for (const tab of tabs) tab.addEventListener("click", () => show(tab));
  list.addEventListener("keydown", (event) => {
    const step = forward(event);
    const next = tabs[(tabs.indexOf(event.target as HTMLElement) + step + tabs.length) % tabs.length];
    if (step === 0 || !next) return;
    show(next);
    next.focus();
  });
  return (id) => {
    const tab = tabs.find((one) => one.id === id);
    if (tab) show(tab);
  };
}

/** Tables and queues as tabs that open, are filled once, and close. */
export class TableTabs {
  private readonly open = new Map<string, { tab: HTMLElement; panel: HTMLElement; about: TableTab }>();
  private shown = "";

  constructor(
    private readonly app: App,
    private readonly list: HTMLElement,
    private readonly body: HTMLElement,
  ) {
    list.addEventListener("keydown", (event) => this.onKey(event));
  }

  /** Open a tab, or show it if it is open already. */
  add(about: TableTab, show = true): void {
    if (!this.open.has(about.id)) this.make(about);
    if (show || this.open.size === 1) this.show(about.id);
  }

  private make(about: TableTab): void {
    const panel = h("div", { class: "list-panel", role: "tabpanel", id: `panel-${about.id}`, "aria-labelledby": `tab-${about.id}`, hidden: true });
    const attributes = { type: "button", role: "tab", id: `tab-${about.id}`, "aria-controls": `panel-${about.id}`, "aria-selected": "false", tabindex: -1 };
    const tab = h("button", { ...attributes, onclick: () => this.show(about.id) }, about.title);
    this.list.append(tab);
    if (about.canClose) {
      tab.title = t("staff.close_hint");
      tab.append(h("span", { class: "tab-close", onclick: (event: Event) => this.onClose(event, about.id) }, icon("x")));
    }
    this.body.append(panel);
    this.open.set(about.id, { tab, panel, about });
  }

  private onClose(event: Event, id: string): void {
    event.stopPropagation();
    this.close(id);
  }

  private close(id: string): void {
    const entry = this.open.get(id);
    if (!entry?.about.canClose) return;
    entry.tab.remove();
    entry.panel.remove();
    this.open.delete(id);
    const [first] = this.open.keys();
    if (this.shown === id && first !== undefined) this.show(first);
  }

  private show(id: string): void {
    this.shown = id;
    for (const [one, { tab, panel, about }] of this.open) {
      const isShown = one === id;
      tab.setAttribute("aria-selected", String(isShown));
      tab.tabIndex = isShown ? 0 : -1;
      panel.hidden = !isShown;
      if (isShown && panel.childElementCount === 0) about.fill(panel, this.app);
    }
  }

  private onKey(event: KeyboardEvent): void {
    const ids = [...this.open.keys()];
    if (event.key === "Delete") this.close(this.shown);
    const step = forward(event);
    const next = ids[(ids.indexOf(this.shown) + step + ids.length) % ids.length];
    if (step === 0 || next === undefined) return;
    this.show(next);
    this.open.get(next)?.tab.focus();
  }
}
