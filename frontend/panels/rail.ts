/** The tool rail: words under icons, one tool at a time, a key for each. */
import type { App } from "../app.js";
import { h, icon } from "../dom.js";
import type { Tool } from "../workbench.js";

/** Fills the rail with the registered tools. */
export class Rail {
  private end: (() => void) | null = null;
  private active = "";
  private readonly buttons = new Map<string, HTMLElement>();

  constructor(
    private readonly app: App,
    private readonly host: HTMLElement,
    private readonly tools: Tool[],
  ) {
    host.replaceChildren(...tools.map((tool, index) => this.button(tool, index === 0)));
    host.addEventListener("keydown", (event) => this.onArrow(event));
    document.addEventListener("keydown", (event) => this.onKey(event));
  }

  private button(tool: Tool, isFirst: boolean): HTMLElement {
    const title = tool.key ? `${tool.label} (${tool.key})` : tool.label;
    const attributes = { type: "button", class: "rail-tool", title, tabindex: isFirst ? 0 : -1 };
    const button = h("button", { ...attributes, onclick: () => this.choose(tool) }, icon(tool.icon), h("span", {}, tool.label));
    this.buttons.set(tool.id, button);
    return button;
  }

  /** Choose a tool, ending the one before; choosing the active one ends it. */
  choose(tool: Tool): void {
    const wasActive = this.active === tool.id;
    this.stop();
    if (wasActive) return;
    this.end = tool.begin(this.app);
    if (!this.end) return;
    this.active = tool.id;
    this.buttons.get(tool.id)?.setAttribute("aria-pressed", "true");
  }

  /** Choose a tool by its name. */
  start(id: string): void {
    const tool = this.tools.find((one) => one.id === id);
    if (tool) this.choose(tool);
  }

  /** End the active tool. */
  stop(): void {
    this.end?.();
    this.end = null;
    this.buttons.get(this.active)?.setAttribute("aria-pressed", "false");
    this.active = "";
  }

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if ((event.target as Element).closest("input, textarea, select, dialog[open]")) return;
    if (event.key === "Escape") this.stop();
    const tool = this.tools.find((one) => one.key?.toLowerCase() === event.key.toLowerCase());
    if (tool) this.choose(tool);
  }

  private onArrow(event: KeyboardEvent): void {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const all = [...this.host.querySelectorAll<HTMLElement>(".rail-tool")];
    const index = all.indexOf(event.target as HTMLElement);
    const next = all[(index + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length];
    for (const one of all) one.tabIndex = one === next ? 0 : -1;
    next?.focus();
    event.preventDefault();
  }
}
