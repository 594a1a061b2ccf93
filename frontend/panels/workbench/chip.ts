/** The dark chip beside the cursor: what the drawing comes to. */
import { digitsOf } from "../../i18n.js";
import type { XY } from "../../api/cadastre.js";

const AWAY = 22;

export class Chip {
  private said = "";
  private caught = "";

  constructor(
    private readonly element: HTMLElement,
    private readonly plan: HTMLElement,
  ) {}

  /** Say something; nothing hides the chip. */
  show(text: string): void {
    this.said = text;
    this.write();
  }

  /** Say above it what the cursor has caught. */
  catch(what: string): void {
    this.caught = what;
    this.write();
  }

  private write(): void {
    const text = [this.caught, this.said].filter(Boolean).join("\n");
    this.element.hidden = !text;
    this.element.textContent = digitsOf(text);
  }

  /** Keep beside the cursor, on the side where there is room. */
  place([x, y]: XY): void {
    const { offsetWidth: wide, offsetHeight: high } = this.element;
    const left = x + AWAY + wide > this.plan.clientWidth ? x - AWAY - wide : x + AWAY;
    const top = y + AWAY + high > this.plan.clientHeight ? y - AWAY - high : y + AWAY;
    this.element.style.translate = `${Math.round(left)}px ${Math.round(top)}px`;
  }
}
