import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';

/** What happened, for everybody who watches a target. */
export interface FeedEvent {
  /** The name of the event in the stream. */
  readonly event: string;
  readonly data: unknown;
}

/** Written out once, however many readers there are. */
interface Kept {
  readonly id: string;
  readonly text: string;
}

function kept({ event, data }: FeedEvent, id: string): Kept {
  return { id, text: `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n` };
}

/** So many are kept for who comes back, of so many characters in all. */
const KEPT_MAX = 500;
const KEPT_CHARACTERS_MAX = 4_000_000;
/** So many wait for a reader that is slow; behind that it is told to ask for everything anew. */
const QUEUED_MAX = 100;

/**
 * Events with numbers, to any number of readers. Who comes back with the number of the last event that it has gets those since;
 * where they are not kept any more, `reload`: everything may be different. Nobody is waited for: a reader that does not keep up
 * loses its queue and gets `reload`, too.
 */
export class Feed {
  /** Numbers of another process mean nothing here. */
  readonly #epoch = randomBytes(6).toString('hex');
  readonly #kept: Kept[] = [];
  readonly #readers = new Set<Reader>();
  #count = 0;
  /** Of those that are kept. */
  #characters = 0;

  get readers(): number {
    return this.#readers.size;
  }

  publish(event: FeedEvent): void {
    this.#count++;
    const one = kept(event, this.#id());
    this.#keep(one);
    for (const reader of this.#readers) reader.take(one);
  }

  #keep(one: Kept): void {
    this.#kept.push(one);
    this.#characters += one.text.length;
    while (this.#kept.length > KEPT_MAX || (this.#kept.length > 1 && this.#characters > KEPT_CHARACTERS_MAX))
      this.#characters -= this.#kept.shift()!.text.length;
  }

  /** The same for what the next of its kind outdates: it is not kept, has no number, and a reader that is slow does not get it. */
  tell({ event, data }: FeedEvent): void {
    const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const reader of this.#readers) reader.tell(text);
  }

  /** Adds a reader; returns what takes it away. `lastId`: of the header Last-Event-ID. */
  subscribe(response: ServerResponse, lastId: string | undefined): () => void {
    const reader = new Reader(response, () => this.#reload());
    reader.take(kept({ event: 'hello', data: {} }, this.#id()));
    for (const event of this.#since(lastId)) reader.take(event);
    this.#readers.add(reader);
    return () => void this.#readers.delete(reader);
  }

  /** Keeps what stands between from taking the stream for dead. */
  ping(): void {
    for (const reader of this.#readers) reader.ping();
  }

  #id(): string {
    return `${this.#epoch}-${this.#count}`;
  }

  #reload(): Kept {
    return kept({ event: 'reload', data: {} }, this.#id());
  }

  #since(lastId: string | undefined): readonly Kept[] {
    if (lastId === undefined) return [];
    if (lastId === this.#id()) return [];
    const at = this.#kept.findIndex(({ id }) => id === lastId);
    const isBefore = at < 0 && this.#kept[0]?.id === `${this.#epoch}-1` && lastId === `${this.#epoch}-0`;
    return at < 0 && !isBefore ? [this.#reload()] : this.#kept.slice(at + 1);
  }
}

class Reader {
  readonly #response: ServerResponse;
  readonly #reload: () => Kept;
  #queue: Kept[] = [];
  #isFull = false;
  #hasLost = false;

  constructor(response: ServerResponse, reload: () => Kept) {
    this.#response = response;
    this.#reload = reload;
    response.on('drain', () => this.#drained());
  }

  take(event: Kept): void {
    if (this.#hasLost) return;
    if (!this.#isFull) {
      this.#write(event);
      return;
    }
    this.#queue.push(event);
    if (this.#queue.length <= QUEUED_MAX) return;
    this.#queue = [];
    this.#hasLost = true;
  }

  tell(text: string): void {
    if (!this.#isFull) this.#isFull = !this.#response.write(text);
  }

  ping(): void {
    if (!this.#isFull) this.#isFull = !this.#response.write(': alive\n\n');
  }

  #write({ text }: Kept): void {
    this.#isFull = !this.#response.write(text);
  }

  #drained(): void {
    this.#isFull = false;
    if (this.#hasLost) this.#queue = [this.#reload()];
    this.#hasLost = false;
    while (!this.#isFull) {
      const next = this.#queue.shift();
      if (!next) return;
      this.#write(next);
    }
  }
}
