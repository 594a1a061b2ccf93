/** A short word after something succeeded, with a way back where there is one. */
import { h } from "../dom.js";

const SHOWN = 6000;

/** Say something for six seconds. */
export function toast(text: string): void {
  let host = document.querySelector<HTMLElement>(".toasts");
  if (!host) {
    host = h("div", { class: "toasts", role: "status", "aria-live": "polite" });
    document.body.append(host);
  }
  const one = h("div", { class: "toast" }, text);
  host.append(one);
  setTimeout(() => one.remove(), SHOWN);
}
