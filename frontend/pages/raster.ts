/** The page of a raster: its picture follows how it would be drawn. */
const form = document.querySelector<HTMLFormElement>("[data-preview]");
const picture = document.getElementById("raster-preview") as HTMLImageElement | null;
const FOLLOWED = ["drawing", "ramp", "low", "high"];

function redraw(): void {
  if (!form || !picture) return;
  const data = new FormData(form);
  const query = new URLSearchParams(FOLLOWED.flatMap((name) => (data.has(name) ? [[name, String(data.get(name))]] : [])));
  picture.src = `${form.dataset["preview"] ?? ""}?${query.toString()}`;
}

form?.addEventListener("change", redraw);
document.documentElement.dataset["ready"] = "true";
