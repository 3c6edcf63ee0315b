import type { Kept } from '../../backup/kept.ts';
import { eventItem } from '../../ledger/write.ts';
import type { Migration, Statement } from '../../migration/migration.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import type { Around, WorkItem } from '../work-items.ts';
import type { Worker } from '../worker.ts';
import { keptOf } from './find-kept.ts';
import { puttingBackFailed } from './keep-problems.ts';
import { Keeper } from './keeper.ts';
import { underOwnPath } from './own-path.ts';
import { beforeWayBack, type PutBack, putBack } from './put-back.ts';
import { readDestroying } from './read-destroying.ts';
import { shownKept } from './shown.ts';

/**
 * The data's part in a rollback, in its transaction: what the way back destroys itself is kept, and what the migration had
 * destroyed is put back behind it.
 */
export interface DataBack {
  /** Of the way back's own statements. */
  readonly keeper: Keeper | undefined;
  /** There is something to put back. */
  readonly returns: boolean;
  /** A transaction begins. */
  begin(): void;
  before(): Iterable<WorkItem>;
  around(statement: Statement, lockTimeoutMs: number): Around | undefined;
  behind(): Iterable<WorkItem>;
  /** Says what was kept and put back: the transaction is committed. */
  tell(): void;
}

interface Session {
  readonly engine: Engine;
  readonly control: Control;
  readonly worker: Worker;
}

/** `wanted`: put back what was kept. */
export async function dataBack(
  session: Session,
  { version, source }: { readonly version: string; readonly source: Migration },
  wanted: boolean,
): Promise<DataBack> {
  const { engine, control, worker } = session;
  const statements = source.rollback.kind === 'sql' ? source.rollback.statements : [];
  const destroying = (await readDestroying(engine, [{ version, statements }])).get(version);
  const keeper = destroying && new Keeper({ engine, control }, { version, direction: 'rollback', destroying });
  const { kept, lost } = wanted ? await keptOf(control, version) : { kept: [], lost: [] };
  let done: PutBack[] = [];
  return {
    keeper,
    returns: kept.length > 0,
    begin: () => keeper?.begin(),
    before: () =>
      kept.length > 0
        ? [
            ours(() =>
              puttingBack(version, () => underOwnPath(worker.session, () => beforeWayBack(worker.session, kept))),
            ),
          ]
        : [],
    around: (statement, lockTimeoutMs) => keeper?.around(worker.session, statement, lockTimeoutMs),
    *behind() {
      yield* keeper?.records() ?? [];
      if (kept.length === 0) return;
      yield ours(() =>
        puttingBack(version, async () => {
          done = await underOwnPath(worker.session, () => putBack(worker.session, kept));
        }),
      );
      const detail = { put: done.map(recordOf) };
      yield { item: eventItem(control.names, engine.run, { event: 'put_back', version, detail }) };
    },
    tell: () => {
      keeper?.tell();
      for (const one of done) engine.emit({ kind: 'put_back', version, ...recordOf(one) });
      for (const one of lost) engine.emit({ kind: 'warning', message: `${version}: ${lostText(one)}` });
    },
  };
}

/** `run`, for the rollback of a version: what the server refuses there is said with the way out. */
async function puttingBack(version: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    throw puttingBackFailed(error, version);
  }
}

/** Something of ours, at its place in the transaction. */
function ours(run: () => Promise<void>): WorkItem {
  return { item: { sql: 'SELECT' }, around: { before: run, after: () => Promise.resolve() } };
}

function recordOf({ kept, rows, left, appeared }: PutBack) {
  return { ...shownKept(kept), rows, left, appeared };
}

function lostText(kept: Kept): string {
  const { relation, store } = shownKept(kept);
  return `${kept.rows} rows of ${relation} were kept in ${store}, which is not there any more.`;
}
