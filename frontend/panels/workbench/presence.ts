/** Says every few seconds that somebody is here, and hears who else is and whether the record was changed. */
import { cadastre, type RecordInfo } from "../../api/cadastre.js";

const EVERY = 15_000;

interface Bench {
  record(): RecordInfo | null;
  /** Whether nothing is being drawn or previewed that a fresh record would disturb. */
  isQuiet(): boolean;
  renew(record: RecordInfo): Promise<void>;
  render(): void;
  tell(error: unknown): void;
}

export class Presence {
  others: string[] = [];

  constructor(private readonly bench: Bench) {}

  async start(): Promise<void> {
    window.setInterval(() => void this.beat(), EVERY);
    await this.beat();
  }

  private async beat(): Promise<void> {
    const { bench } = this;
    const record = bench.record();
    if (!record || document.hidden) return;
    try {
      const { others, etag } = await cadastre.present(record.id);
      this.others = others;
      if (etag !== record.etag && bench.isQuiet()) await bench.renew(await cadastre.read(record.id));
      else bench.render();
    } catch (error) {
      bench.tell(error);
    }
  }
}
