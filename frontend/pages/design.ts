/** The component page: switch between the density of citizens' pages and of staff tools. */

function chooseDensity(event: Event): void {
  const button = (event.target as Element).closest<HTMLElement>("[data-density]");
  if (!button) return;
  document.body.classList.toggle("staff", button.dataset["density"] === "staff");
  for (const other of document.querySelectorAll("[data-density]")) {
    other.setAttribute("aria-pressed", String(other === button));
  }
}

document.addEventListener("click", chooseDensity);
document.documentElement.dataset["ready"] = "true";
