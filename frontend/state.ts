/** One small store: what is shown and what is chosen. */

export interface Chosen {
  readonly collection: string;
  readonly id: string;
}

export interface State {
  readonly visible: ReadonlySet<string>;
  readonly opacity: ReadonlyMap<string, number>;
  readonly chosen: Chosen | null;
  readonly basemap: string;
  /** The entries of a collection's legend that are hidden, by their place in it. */
  readonly hidden: ReadonlyMap<string, ReadonlySet<number>>;
  /** The day whose state of the registers is shown (2026-11-21); empty for what is in force now. */
  readonly day: string;
}

type Listener = (state: State, before: State) => void;

/** Holds the state, replaces it as a whole and tells whoever listens. */
export class Store {
  private state: State;
  private readonly listeners = new Set<Listener>();

  constructor(initial: State) {
    this.state = initial;
  }

  /** The state as it is now. */
  get now(): State {
    return this.state;
  }

  /** Change some of the state. */
  update(change: Partial<State>): void {
    const before = this.state;
    this.state = { ...before, ...change };
    for (const listener of this.listeners) listener(this.state, before);
  }

  /** Show or hide one collection. */
  show(collection: string, shown: boolean): void {
    const visible = new Set(this.state.visible);
    if (shown) visible.add(collection);
    else visible.delete(collection);
    this.update({ visible });
  }

  /** Set a collection's opacity between 0 and 1. */
  fade(collection: string, opacity: number): void {
    this.update({ opacity: new Map(this.state.opacity).set(collection, opacity) });
  }

  /** Hide or show one entry of a collection's legend. */
  hide(collection: string, entry: number, isHidden: boolean): void {
    const entries = new Set(this.state.hidden.get(collection));
    if (isHidden) entries.add(entry);
    else entries.delete(entry);
    this.update({ hidden: new Map(this.state.hidden).set(collection, entries) });
  }

  /** Call `listener` after each change. */
  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
