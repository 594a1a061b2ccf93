/** What every page does: menus close, the theme can be chosen, language links keep the map's place. */

import { restoreRefused } from "../refused.js";

function closeMenus(event: Event): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
    if (!menu.contains(event.target as Node)) menu.open = false;
  }
}

function closeMenuByKey(event: KeyboardEvent): void {
  if (event.key !== "Escape") return;
  const menu = (event.target as Element).closest<HTMLDetailsElement>("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary")?.focus();
  event.stopPropagation();
}

function chooseTheme(choice: string): void {
  const root = document.documentElement;
  if (choice) root.dataset["theme"] = choice;
  else delete root.dataset["theme"];
  const age = choice ? 31536000 : 0;
  document.cookie = `theme=${choice}; path=/; max-age=${age}; samesite=lax`;
  for (const button of document.querySelectorAll<HTMLElement>("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset["themeChoice"] === choice));
  }
}

function onClick(event: MouseEvent): void {
  const target = event.target as Element;
  closeMenus(event);
  const theme = target.closest<HTMLElement>("[data-theme-choice]");
  if (theme) chooseTheme(theme.dataset["themeChoice"] ?? "");
  const language = target.closest<HTMLAnchorElement>("a[hreflang]");
  if (language && location.hash) language.hash = location.hash;
  const opener = target.closest<HTMLElement>("[data-opens]");
  if (opener) document.querySelector<HTMLDialogElement>(`#${opener.dataset["opens"]}`)?.showModal();
  const closer = target.closest<HTMLElement>("[data-closes]");
  closer?.closest("dialog")?.close();
}

document.addEventListener("click", onClick);
document.addEventListener("keydown", closeMenuByKey);
document.querySelector<HTMLElement>(".error-summary")?.focus();
restoreRefused();
