/** How a workbench joins the workspace: it registers tools for the rail and tabs for the tables. */
import type { App } from "./app.js";

export interface Tool {
  readonly id: string;
  /** A lucide icon; name it as icon("…") somewhere so that the sprite holds it. */
  readonly icon: string;
  /** The word under the icon. */
  readonly label: string;
  /** A single key that chooses the tool. */
  readonly key?: string;
  /** Begin; what is returned ends the tool again. A tool without an end acts once. */
  readonly begin: (app: App) => (() => void) | null;
}

export interface TableTab {
  readonly id: string;
  readonly title: string;
  readonly canClose: boolean;
  /** Fill the tab when it is first opened. */
  readonly fill: (host: HTMLElement, app: App) => void;
}

export interface Workbench {
  readonly tools: readonly Tool[];
  readonly tabs: (app: App) => readonly TableTab[];
}

const benches: Workbench[] = [];

/** Add a workbench; called by its module before the workspace starts. */
export function register(bench: Workbench): void {
  benches.push(bench);
}

/** All registered tools in the order of registration. */
export function tools(): Tool[] {
  return benches.flatMap((bench) => bench.tools);
}

/** All tabs that are open at the start. */
export function tabs(app: App): TableTab[] {
  return benches.flatMap((bench) => bench.tabs(app));
}
