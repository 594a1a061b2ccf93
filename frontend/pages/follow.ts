/** A page that follows something going on: the part marked `data-follow` (seconds) is fetched again until it ends. */

async function refresh(part: HTMLElement): Promise<void> {
  const response = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.getElementById(part.id);
  // Whoever is about to press a button in it keeps it until the next time.
  if (fresh && !part.contains(document.activeElement)) part.replaceWith(document.importNode(fresh, true));
}

function follow(): void {
  const part = document.querySelector<HTMLElement>("[data-follow]");
  if (!part) return;
  const wait = Number(part.dataset["follow"]) * 1000;
  window.setTimeout(() => {
    refresh(part)
      .catch(() => undefined) // the network may be back at the next look
      .finally(follow);
  }, wait);
}

follow();
