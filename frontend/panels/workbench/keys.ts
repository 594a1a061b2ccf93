/** The workbench's keys; what is typed into a field stays there. */
import { TOOLS, type ToolId } from "./tools.js";

interface Acts {
  use(tool: ToolId): void;
  undo(): void;
  redo(): void;
  back(): void;
  enter(): void;
  snap(): void;
  layers(): void;
  help(): void;
  find(): void;
  zoom(factor: number): void;
  pan(key: string): void;
}

/** Listen to the keyboard for the whole page; arrows pan while the plan has the focus. */
export function listen(plan: HTMLElement, acts: Acts): void {
  const single: Record<string, () => void> = {
    escape: () => acts.back(),
    "?": () => acts.help(),
    "/": () => acts.find(),
    g: () => acts.snap(),
    l: () => acts.layers(),
    "+": () => acts.zoom(2),
    "=": () => acts.zoom(2),
    "-": () => acts.zoom(0.5),
    ...Object.fromEntries(TOOLS.map((tool) => [tool.key, () => acts.use(tool.id)])),
  };
  document.addEventListener("keydown", (event) => {
    const target = event.target as Element;
    if (target.closest("input:not([type=checkbox]), textarea, select, dialog[open]")) return;
    const key = event.key.toLowerCase();
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && (key === "z" || key === "y")) {
      event.preventDefault();
      if (key === "z" && !event.shiftKey) acts.undo();
      else acts.redo();
    } else if (isCommand || event.altKey) return;
    else if (key === "enter" && !target.closest("button, a, summary")) acts.enter();
    else if (key.startsWith("arrow") && target === plan) {
      event.preventDefault();
      acts.pan(key);
    } else if (single[key]) {
      if (key === "/") event.preventDefault();
      single[key]?.();
    }
  });
}
