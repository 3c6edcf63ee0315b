import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';

/** What happened, for everybody who watches a target. */
export interface FeedEvent {
  /** The name of the event in the stream. */
  readonly event: string;
  readonly data: unknown;
}

interface Kept extends FeedEvent {
  readonly id: string;
}

function textOf({ event, data, id }: Kept): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** So many are kept for who comes back, of so many characters in all. */
const KEPT_MAX = 500;
const KEPT_CHARACTERS_MAX = 4_000_000;
/** So many wait for a reader that is slow; behind that it is told to ask for everything anew. */
const QUEUED_MAX = 100;
/** Who has taken nothing for so long is gone, or will come back with the number of the last event that it has. */
const STUCK_MS = 60_000;

/**
 * Events with numbers, to any number of readers. Who comes back with the number of the last event that it has gets those since;
 * where they are not kept any more, `reload`: everything may be different. Nobody is waited for: a reader that does not keep up
 * loses its queue and gets `reload`, too.
 */
export class Feed {
  /** Numbers of another process mean nothing here. */
  readonly #epoch = randomBytes(6).toString('hex');
  readonly #kept: (Kept & { readonly characters: number })[] = [];
  readonly #readers = new Set<Reader>();
  readonly #now: () => number;
  #count = 0;
  /** Of those that are kept. */
  #characters = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  get readers(): number {
    return this.#readers.size;
  }

  /** How many events there were. */
  get position(): number {
    return this.#count;
  }

  /** Of the event with that number; undefined where it is none of this feed. */
  positionOf(id: string | undefined): number | undefined {
    const [epoch, count = ''] = (id ?? '').split('-');
    const position = epoch === this.#epoch && /^\d{1,15}$/.test(count) ? Number(count) : undefined;
    return position === undefined || position > this.#count ? undefined : position;
  }

  /** The number of the event at a position. */
  idAt(position: number): string {
    return `${this.#epoch}-${position}`;
  }

  publish(event: FeedEvent): void {
    this.#count++;
    const one = { ...event, id: this.#id() };
    const bytes = Buffer.from(textOf(one)); // written out once, however many readers there are
    this.#keep({ ...one, characters: bytes.length });
    for (const reader of this.#readers) reader.take(one, bytes);
  }

  #keep(one: Kept & { readonly characters: number }): void {
    this.#kept.push(one);
    this.#characters += one.characters;
    while (this.#kept.length > KEPT_MAX || (this.#kept.length > 1 && this.#characters > KEPT_CHARACTERS_MAX))
      this.#characters -= this.#kept.shift()!.characters;
  }

  /** The same for what the next of its kind outdates: it is not kept, has no number, and a reader that is slow gets the last alone. */
  tell({ event, data }: FeedEvent): void {
    const bytes = Buffer.from(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    for (const reader of this.#readers) reader.tell(event, bytes);
  }

  /** Adds a reader; returns what takes it away. `lastId`: of the header Last-Event-ID. */
  subscribe(response: ServerResponse, lastId: string | undefined): () => void {
    const reader = new Reader(response, () => this.#reload(), this.#now);
    reader.take({ event: 'hello', data: {}, id: this.#id() });
    for (const event of this.#since(lastId)) reader.take(event);
    this.#readers.add(reader);
    return () => void this.#readers.delete(reader);
  }

  /** Keeps what stands between from taking the stream for dead, and ends those of readers that are stuck. */
  ping(): void {
    for (const reader of this.#readers) reader.ping();
  }

  #id(): string {
    return this.idAt(this.#count);
  }

  #reload(): Kept {
    return { event: 'reload', data: {}, id: this.#id() };
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
  readonly #now: () => number;
  #queue: Kept[] = [];
  /** By kind, the last that was told while it was full. */
  readonly #untold = new Map<string, Buffer>();
  #fullSince: number | undefined;
  #hasLost = false;

  constructor(response: ServerResponse, reload: () => Kept, now: () => number) {
    this.#response = response;
    this.#reload = reload;
    this.#now = now;
    response.on('drain', () => this.#drained());
  }

  get #isFull(): boolean {
    return this.#fullSince !== undefined;
  }

  take(event: Kept, bytes = Buffer.from(textOf(event))): void {
    if (this.#hasLost) return;
    if (!this.#isFull) {
      this.#write(bytes);
      return;
    }
    this.#queue.push(event);
    if (this.#queue.length <= QUEUED_MAX) return;
    this.#queue = [];
    this.#hasLost = true;
  }

  tell(kind: string, bytes: Buffer): void {
    if (this.#isFull) this.#untold.set(kind, bytes);
    else this.#write(bytes);
  }

  ping(): void {
    if (this.#fullSince === undefined) this.#write(': alive\n\n');
    else if (this.#now() - this.#fullSince > STUCK_MS) this.#response.destroy();
  }

  #write(bytes: string | Buffer): void {
    if (!this.#response.write(bytes)) this.#fullSince = this.#now();
  }

  #drained(): void {
    this.#fullSince = undefined;
    if (this.#hasLost) this.#queue = [this.#reload()];
    this.#hasLost = false;
    while (!this.#isFull) {
      const next = this.#queue.shift();
      if (!next) break;
      this.#write(textOf(next));
    }
    for (const [kind, bytes] of this.#untold) {
      if (this.#isFull) return;
      this.#untold.delete(kind);
      this.#write(bytes);
    }
  }
}
