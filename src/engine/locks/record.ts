import { type EventName, eventItem } from '../../ledger/write.ts';
import type { Blocker } from '../../report/blocker.ts';
import type { LockSubject } from './subject.ts';

/** Rows of one migration that are written for each refusal; beyond, only for blockers that were not there before. */
const EACH_MAX = 20;
/** Rows in all: whatever happens, the audit trail is not flooded. */
const ALL_MAX = 200;
const BLOCKERS_MAX = 10;

/** Puts the waits of one migration on record, within bounds. */
export class LockRecord {
  readonly #subject: LockSubject;
  #written = 0;
  #last = '';

  constructor(subject: LockSubject) {
    this.#subject = subject;
  }

  /** Waits for the disk. Does nothing where enough was written. */
  async write(
    version: string | null,
    blockers: readonly Blocker[],
    more: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    if (this.#subject.unrecorded) return;
    const key = keyOf(blockers);
    if (this.#written >= (key === this.#last ? EACH_MAX : ALL_MAX)) return;
    this.#written++;
    this.#last = key;
    await appendEvent(this.#subject, 'lock_wait', version, { ...more, blockers: blockersForRecord(blockers) });
  }
}

export async function appendEvent(
  { engine, control }: LockSubject,
  event: EventName,
  version: string | null,
  detail: Readonly<Record<string, unknown>>,
): Promise<void> {
  await control.write([eventItem(control.names, engine.run, { event, version, detail })]);
}

/** The same for the same transactions, however old they have become. */
function keyOf(blockers: readonly Blocker[]): string {
  return blockers.map(blockerKey).sort().join(' ');
}

export function blockerKey({ pid, gid, transaction }: Blocker): string {
  return `${pid ?? gid}/${transaction}`;
}

export function blockersForRecord(blockers: readonly Blocker[]): Readonly<Record<string, unknown>>[] {
  return blockers.slice(0, BLOCKERS_MAX).map((one) => {
    const known = Object.entries(one).filter(
      ([name, value]) => value !== null && value !== false && name !== 'transaction' && name !== 'endedBy',
    );
    return Object.fromEntries(known);
  });
}
