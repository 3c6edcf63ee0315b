import type { Kept } from '../../backup/kept.ts';
import { eventItem } from '../../ledger/write.ts';
import { locate } from '../../migration/locate.ts';
import type { Migration, Statement } from '../../migration/migration.ts';
import type { Session as DatabaseSession } from '../../postgres/session.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import type { Around, WorkItem } from '../work-items.ts';
import type { Worker } from '../worker.ts';
import { eventsOid, type KeptOf, keptOf } from './find-kept.ts';
import { puttingBackFailed } from './keep-problems.ts';
import { Keeper } from './keeper.ts';
import type { Keeping } from './keeping.ts';
import { openFiles } from './open-files.ts';
import { underOwnPath } from './own-path.ts';
import { type PutBack, Returning } from './put-back.ts';
import { readDestroying } from './read-destroying.ts';
import { readSection, type SectionStatement } from './section.ts';
import { shownKept } from './shown.ts';

/**
 * The data's part in a rollback, in its transaction: what the way back destroys itself is kept, and what the migration had
 * destroyed is put back, before the first statement that looks at it, else behind them all.
 */
export interface DataBack extends Keeping {
  /** Of the way back's own statements. */
  readonly keeper: Keeper | undefined;
  /** There is something to put back. */
  readonly returns: boolean;
  before(): Iterable<WorkItem>;
  behind(): Iterable<WorkItem>;
}

interface Session {
  readonly engine: Engine;
  readonly control: Control;
  readonly worker: Worker;
}

/** `wanted`: put back what was kept. */
export async function dataBack(
  session: Session,
  file: { readonly version: string; readonly source: Migration },
  wanted: boolean,
): Promise<DataBack> {
  const { engine, control } = session;
  const { version, source } = file;
  const statements = source.rollback.kind === 'sql' ? source.rollback.statements : [];
  const destroying = (await readDestroying(engine, [{ version, statements, headers: source.headers }])).get(version);
  const keeper = destroying && new Keeper({ engine, control }, { version, direction: 'rollback', destroying });
  const found: KeptOf = wanted ? await keptOf(control, version) : { kept: [], files: new Map(), lost: [] };
  const { kept, lost } = found;
  const returner = kept.length > 0 ? await returnerOf(session, file, statements, found) : undefined;
  return {
    keeper,
    returns: returner !== undefined,
    begin: () => keeper?.begin(),
    before: () => returner?.before() ?? [],
    around: (worker, statement, lockTimeoutMs) =>
      together(returner?.around(statement), keeper?.around(worker, statement, lockTimeoutMs)),
    records: () => keeper?.records() ?? [],
    behind: () => returner?.behind() ?? [],
    tell: () => {
      keeper?.tell();
      returner?.tell();
      for (const one of lost) engine.emit({ kind: 'warning', message: `${version}: ${lostText(one)}` });
    },
  };
}

/** The first begins before the second, and ends behind it. */
function together(outer: Around | undefined, inner: Around | undefined): Around | undefined {
  if (!outer || !inner) return outer ?? inner;
  return {
    ...(outer.sql === undefined ? {} : { sql: outer.sql }),
    before: async () => {
      await outer.before();
      await inner.before();
    },
    after: async (tag) => {
      await inner.after(tag);
      await outer.after(tag);
    },
  };
}

interface Returner {
  before(): Iterable<WorkItem>;
  around(statement: Statement): Around | undefined;
  behind(): Iterable<WorkItem>;
  tell(): void;
}

async function returnerOf(
  { engine, control, worker }: Session,
  { version, source }: { readonly version: string; readonly source: Migration },
  statements: readonly Statement[],
  found: KeptOf,
): Promise<Returner> {
  const { kept } = found;
  const files = await openFiles(engine, control, found);
  const returning = new Returning(worker.session, kept, await eventsOid(control));
  const read = await readSection(statements, kept, control.server.versionNum);
  const run = (statement: Statement | undefined, use: () => Promise<void>) =>
    puttingBack({ version, source, statement }, () => underOwnPath(worker.session, use));
  let done: PutBack[] = [];
  return {
    before: () => [
      ours(() =>
        run(statements[0], async () => {
          await files.load(worker.session);
          await returning.begin();
        }),
      ),
    ],
    around: (statement) =>
      aroundOf(read(statement), {
        session: worker.session,
        returning,
        run: (use) => run(statement, use),
        tellApart: ({ checks }) => engine.emit({ kind: 'note', message: apartText(version, statement, checks) }),
      }),
    *behind() {
      yield ours(() =>
        run(statements[0], async () => {
          done = await returning.end();
        }),
      );
      const detail = { put: done.map(recordOf) };
      yield { item: eventItem(control.names, engine.run, { event: 'put_back', version, detail }) };
    },
    tell: () => {
      for (const one of done) engine.emit({ kind: 'put_back', version, ...recordOf(one) });
      if (done.length > 0) files.returned();
      done = [];
    },
  };
}

interface At {
  readonly session: DatabaseSession;
  readonly returning: Returning;
  readonly run: (use: () => Promise<void>) => Promise<void>;
  readonly tellApart: (apart: NonNullable<SectionStatement['apart']>) => void;
}

function aroundOf({ before, apart, changes }: SectionStatement, at: At): Around | undefined {
  const { session, returning, run } = at;
  if (!before && !apart && !changes) return undefined;
  return {
    ...(apart ? { sql: apart.first } : {}),
    // What it says of its new columns is looked at behind the data.
    before: async () => {
      if (before && !apart) await run(() => returning.fill(before));
    },
    after: async () => {
      if (changes) returning.changed();
      if (!apart) return;
      if (before) await run(() => returning.fill(before));
      await session.batch([[{ sql: apart.checks }]]).catch(withoutPosition);
      at.tellApart(apart);
    },
  };
}

/** The place is one in a text that nobody has written. */
function withoutPosition(error: unknown): never {
  if (error instanceof Error && 'position' in error) delete error.position;
  throw error;
}

function apartText(version: string, { line }: Statement, checks: string): string {
  return `${version}, line ${line}: the data come before its constraints, so this was run by itself: ${checks}`;
}

/** `run`, for the rollback of a version: what the server refuses there is said with the way out. */
async function puttingBack(
  { version, source, statement }: { version: string; source: Migration; statement: Statement | undefined },
  run: () => Promise<void>,
): Promise<void> {
  try {
    await run();
  } catch (error) {
    throw puttingBackFailed(error, version, statement && locate(source, statement, 0));
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
