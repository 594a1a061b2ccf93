/** A form that was refused comes back with what was typed, and says at each field what is wrong. */

interface Refused {
  action: string;
  values: Record<string, string[]>;
  faults: Record<string, string>;
}

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Several forms may have one address: the right one sends the same hidden values. */
function formOf(refused: Refused): HTMLFormElement | undefined {
  return [...document.querySelectorAll<HTMLFormElement>("form[method=post]")].find(
    (form) =>
      form.getAttribute("action") === refused.action &&
      [...form.querySelectorAll<HTMLInputElement>("input[type=hidden]")].every(
        ({ name, value }) => !(name in refused.values) || refused.values[name]?.[0] === value,
      ),
  );
}

function fill(control: Control, values: string[]): void {
  if (control instanceof HTMLInputElement && (control.type === "checkbox" || control.type === "radio")) {
    control.checked = values.includes(control.value);
  } else if (control.type !== "hidden" && control.type !== "file" && values[0] !== undefined) {
    control.value = values[0];
  }
}

function mark(control: Control, fault: string, place: number): void {
  const note = document.createElement("p");
  note.className = "error";
  note.id = `refused-${place}`;
  note.textContent = fault;
  control.setAttribute("aria-invalid", "true");
  control.setAttribute("aria-describedby", note.id);
  (control.closest(".field, td") ?? control).append(note);
}

export function restoreRefused(): void {
  const kept = document.querySelector("#refused-form");
  if (!kept) return;
  const refused = JSON.parse(kept.textContent ?? "") as Refused;
  const form = formOf(refused);
  if (!form) return;
  const folded = form.closest("details");
  if (folded) folded.open = true;
  const controls = [...form.elements].filter((one): one is Control => "name" in one && "value" in one && !(one instanceof HTMLButtonElement));
  for (const control of controls) fill(control, refused.values[control.name] ?? []);
  const wrong = controls.filter((control) => refused.faults[control.name] && control.type !== "hidden");
  wrong.forEach((control, place) => mark(control, refused.faults[control.name] ?? "", place));
  (wrong[0] ?? controls.find((control) => control.type !== "hidden"))?.focus();
}
