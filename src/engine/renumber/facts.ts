import type { LedgerEntry } from '../../plan/ledger-entry.ts';
import { Problem } from '../../problem/problem.ts';
import { withControl } from '../control.ts';
import type { Engine } from '../engine.ts';

/** What a database says of the migrations. */
export interface DatabaseFacts {
  readonly database: string;
  readonly entries: readonly LedgerEntry[];
  /** The version up to which it was baselined. */
  readonly baselineVersion: string | undefined;
}

/** What a branch of Git has. */
export interface BranchFacts {
  /** As Git takes it. */
  readonly name: string;
  /** As people are told of it: `main`, `main before this merge`. */
  readonly said: string;
  /** Absolute paths of the files that it has in the folders of migrations. */
  readonly files: ReadonlySet<string>;
}

/** Who is asked which files keep their names. */
export interface Judges {
  readonly database: DatabaseFacts | undefined;
  readonly branch: BranchFacts | undefined;
}

/** Reads what is applied. Problem `runner-busy` while a run is at work: what it applies next has its name by then. */
export function databaseFacts(engine: Engine): Promise<DatabaseFacts> {
  return withControl(engine, async ({ ledger, server, runner }) => {
    if (runner) throw busy(server.database);
    const { entries, settings } = ledger;
    return { database: server.database, entries, baselineVersion: settings.get('baseline_version') };
  });
}

function busy(database: string): Problem {
  return new Problem('runner-busy', `a run is at work on ${database}`, {
    state: 'Nothing was changed.',
    next: ['Run the command again when it has ended.'],
  });
}
