/** The bar between map and tables: by mouse, by touch, by arrow keys; its place is remembered. */

const KEPT = "workspace.tables";
const LEAST = 10;
const MOST = 80;

/** Make a separator change the share (in percent) that its second part has of the desk. */
export function splitter(bar: HTMLElement, desk: HTMLElement): void {
  const set = (share: number): void => {
    const kept = Math.round(Math.max(LEAST, Math.min(MOST, share)));
    desk.style.setProperty("--tables", `${kept}%`);
    bar.setAttribute("aria-valuenow", String(kept));
    try {
      localStorage.setItem(KEPT, String(kept));
    } catch {
      // Without a store the place is the usual one next time.
    }
  };
  const now = (): number => Number(bar.getAttribute("aria-valuenow"));
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowUp: 4, ArrowDown: -4, PageUp: 16, PageDown: -16 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    set(now() + step);
  });
  bar.addEventListener("pointerdown", (event) => bar.setPointerCapture(event.pointerId));
  bar.addEventListener("pointermove", (event) => {
    if (!bar.hasPointerCapture(event.pointerId)) return;
    const area = desk.getBoundingClientRect();
    set(((area.bottom - event.clientY) / area.height) * 100);
  });
  bar.addEventListener("dblclick", () => set(now() > 50 ? 38 : 70));
  set(Number(localStorage.getItem(KEPT) ?? now()));
}
