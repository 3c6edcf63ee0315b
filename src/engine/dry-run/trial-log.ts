import type { Statement } from '../../migration/migration.ts';
import type { HeldLock, Rewrite, Scan, TakenLock, TriedMigration, TriedStatement } from '../../report/dry-run.ts';
import type { Trial } from './trial.ts';

/** What the server answered about one statement. */
export interface Measured {
  readonly locks: readonly TakenLock[];
  readonly rewrites: readonly Rewrite[];
  readonly scans: readonly Scan[];
  readonly tag: string;
  /** Milliseconds by the server's clock. */
  readonly begunAt: number;
  readonly endedAt: number;
  readonly walBytes: number;
}

interface Entry {
  readonly statements: TriedStatement[];
  readonly stalling: { readonly lock: TakenLock; readonly since: number }[];
  held: HeldLock[];
  verify: TriedMigration['verify'];
  state: 'begun' | 'passed' | 'failed';
}

const NOTHING = {
  tag: null,
  rows: null,
  executionTimeMs: 0,
  walBytes: 0,
  locks: [],
  rewrites: [],
  scans: [],
} as const;

/** What one try of all migrations showed, as far as it came. */
export class TrialLog {
  readonly #trials: readonly Trial[];
  readonly #entries: Entry[] = [];
  /** Statements that were left out so far. */
  untried = 0;

  constructor(trials: readonly Trial[]) {
    this.#trials = trials;
  }

  begin(trial: Trial): void {
    this.#entries.push({
      statements: [],
      stalling: [],
      held: [],
      verify: trial.verifies ? 'not-tried' : null,
      state: 'begun',
    });
  }

  passed(statement: Statement, measured: Measured): void {
    const { tag, begunAt, endedAt, walBytes, locks, rewrites, scans } = measured;
    const entry = this.#current;
    const executionTimeMs = Math.round(endedAt - begunAt);
    // TRUNCATE begins a new file, which is no rewrite of anything.
    const rewritten = tag.startsWith('TRUNCATE') ? [] : rewrites;
    const did = { executionTimeMs, walBytes, locks, rewrites: rewritten, scans };
    entry.statements.push({ ...placeOf(statement), state: 'passed', reason: null, tag, rows: rowsIn(tag), ...did });
    for (const lock of locks) if (lock.stalls !== null) entry.stalling.push({ lock, since: begunAt });
  }

  failed(statement: Statement): void {
    this.#current.statements.push({ ...placeOf(statement), state: 'failed', reason: null, ...NOTHING });
  }

  leftOut(statement: Statement, reason: string): void {
    this.untried++;
    this.#current.statements.push({ ...placeOf(statement), state: 'not-tried', reason, ...NOTHING });
  }

  /** Whether the migration at hand lacks a statement. */
  get isPartial(): boolean {
    return this.#current.statements.some((one) => one.state === 'not-tried');
  }

  verified(verify: 'passed' | 'failed'): void {
    this.#current.verify = verify;
  }

  /** The migration came to its end, at this time of the server's. */
  end(at: number): void {
    const entry = this.#current;
    entry.state = 'passed';
    entry.held = entry.stalling.flatMap(({ lock, since }) => {
      const { relation, type, table, mode, stalls } = lock;
      return stalls === null ? [] : [{ relation, type, table, mode, stalls, heldMs: Math.round(at - since) }];
    });
  }

  fail(): void {
    const entry = this.#entries.at(-1);
    if (entry) entry.state = 'failed';
  }

  /** Every migration, those not reached too. */
  get migrations(): TriedMigration[] {
    return this.#trials.map(({ version, source, verifies }, i) => {
      const entry = this.#entries[i];
      const statements = entry?.statements ?? [];
      return {
        version,
        file: source.file,
        state: stateOf(entry),
        executionTimeMs: statements.reduce((sum, one) => sum + one.executionTimeMs, 0),
        verify: entry?.verify ?? (verifies ? 'not-tried' : null),
        held: entry?.held ?? [],
        statements,
      };
    });
  }

  get #current(): Entry {
    const entry = this.#entries.at(-1);
    if (!entry) throw new Error('no migration was begun');
    return entry;
  }
}

function stateOf(entry: Entry | undefined): TriedMigration['state'] {
  if (!entry) return 'not-tried';
  if (entry.state !== 'passed') return 'failed';
  const tried = entry.statements.filter((one) => one.state !== 'not-tried').length;
  if (tried === entry.statements.length) return 'passed';
  return tried === 0 ? 'not-tried' : 'partly';
}

function placeOf({ line, column, sql }: Statement) {
  return { line, column, sql };
}

/** `INSERT 0 5`, `UPDATE 5`, `SELECT 5`; other tags end in no number. */
function rowsIn(tag: string): number | null {
  const [, rows] = /^[A-Z]+ (?:\d+ )?(\d+)$/.exec(tag) ?? [];
  return rows === undefined ? null : Number(rows);
}
