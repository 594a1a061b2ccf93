/** Bottom sheets on phones: peek, half and full, by dragging or by button. */
import { h } from "../dom.js";
import { t } from "../i18n.js";

const STOPS = ["peek", "half", "full"] as const;
type Stop = (typeof STOPS)[number];
const FAR = 40;

/** Give a panel a grip that changes its height. */
export class Sheet {
  private readonly grip = h("button", { type: "button", class: "grip" }, h("span", { class: "grip-line" }));
  private from = 0;

  constructor(
    private readonly panel: HTMLElement,
    private readonly content: HTMLElement,
    private readonly changed: () => void,
  ) {
    panel.prepend(this.grip);
    this.grip.addEventListener("pointerdown", (event) => {
      this.from = event.clientY;
      this.grip.setPointerCapture(event.pointerId);
    });
    this.grip.addEventListener("pointerup", (event) => this.drop(event.clientY - this.from));
    this.grip.addEventListener("keydown", (event) => this.onKey(event));
    this.set("half");
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === "ArrowUp") this.step(1);
    else if (event.key === "ArrowDown") this.step(-1);
    else if (event.key === "Enter" || event.key === " ") this.cycle();
    else return;
    event.preventDefault();
  }

  private drop(distance: number): void {
    if (Math.abs(distance) < 6) this.cycle();
    else if (Math.abs(distance) > FAR) this.step(distance < 0 ? 1 : -1);
  }

  private cycle(): void {
    const index = STOPS.indexOf(this.now);
    this.set(STOPS[(index + 1) % STOPS.length] ?? "half");
  }

  private step(by: number): void {
    const index = STOPS.indexOf(this.now) + by;
    this.set(STOPS[Math.max(0, Math.min(STOPS.length - 1, index))] ?? "half");
  }

  private get now(): Stop {
    return (this.panel.dataset["stop"] as Stop | undefined) ?? "half";
  }

  /** Put the sheet at a height. */
  set(stop: Stop): void {
    this.panel.dataset["stop"] = stop;
    this.content.scrollTop = 0;
    const label = stop === "full" ? t("sheet.smaller") : t("sheet.larger");
    this.grip.setAttribute("aria-label", label);
    this.grip.setAttribute("aria-expanded", String(stop !== "peek"));
    this.changed();
  }
}
