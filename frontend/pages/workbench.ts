/** The parcel workbench: one record's draft on a plan in the national grid. */
import { Workbench } from "../panels/workbench/workbench.js";
import { need } from "../dom.js";

async function main(): Promise<void> {
  const bench = new Workbench(need("plan"));
  await bench.start();
  document.documentElement.dataset["ready"] = "true";
}

main().catch((error: unknown) => {
  console.error(error);
  need("bench-notice").textContent = error instanceof Error ? error.message : String(error);
});
