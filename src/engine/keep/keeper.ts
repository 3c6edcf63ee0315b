import type { Destruction } from '../../backup/destruction.ts';
import { BACKUP_SCHEMA, holdsRows, type Kept } from '../../backup/kept.ts';
import { noteAfter } from '../../backup/kept-sql.ts';
import { isOwnObject } from '../../ledger/layout/own-objects.ts';
import { eventItem } from '../../ledger/write.ts';
import type { Statement } from '../../migration/migration.ts';
import type { Session } from '../../postgres/session.ts';
import type { RunEvent } from '../../report/events.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import type { Around, WorkItem } from '../work-items.ts';
import { childRows } from './child-rows.ts';
import { copyingFailed, moreTouched, tooLarge } from './keep-problems.ts';
import { sequencesOf } from './keep-sequences.ts';
import { BYTES_PER_MS, lockToCopy, withCopySettings } from './lock-to-copy.ts';
import type { Destroying } from './read-destroying.ts';
import { ensureSchema, fillStore, freeName } from './store.ts';
import { type Taking, takingsOf } from './takings.ts';

/**
 * Keeps what the statements of one file destroy, in the transaction that destroys it: either both are there or neither. One is
 * made for each file, and told when a transaction begins, because what was kept in one that was given up is gone with it.
 */
export class Keeper {
  readonly #engine: Engine;
  readonly #control: Control;
  readonly #version: string;
  readonly #direction: 'apply' | 'rollback';
  readonly #destroying: Destroying;
  #kept: Kept[] = [];

  constructor(
    { engine, control }: { readonly engine: Engine; readonly control: Control },
    file: { readonly version: string; readonly direction: 'apply' | 'rollback'; readonly destroying: Destroying },
  ) {
    this.#engine = engine;
    this.#control = control;
    this.#version = file.version;
    this.#direction = file.direction;
    this.#destroying = file.destroying;
  }

  /** A transaction begins. */
  begin(): void {
    this.#kept = [];
  }

  /** For a statement that destroys something; `lockTimeoutMs`: how long anybody may be kept waiting by a copy. */
  around(session: Session, statement: Statement, lockTimeoutMs: number): Around | undefined {
    const destructions = this.#destroying(statement);
    if (destructions.length === 0) return undefined;
    let taken: Taken | undefined;
    return {
      before: async () => {
        taken = await this.#keepAll({ session, statement, lockTimeoutMs }, destructions);
        this.#kept.push(...taken.kept);
      },
      after: (tag) => this.#settle({ session, statement, lockTimeoutMs }, taken, tag),
    };
  }

  /** The event of what was kept, for the end of the transaction; read when it has come. */
  *records(): Generator<WorkItem> {
    if (this.#kept.length === 0) return;
    const detail = { scope: 'scoped', direction: this.#direction, kept: this.#kept };
    const event = { event: 'backed_up' as const, version: this.#version, detail };
    yield { item: eventItem(this.#control.names, this.#engine.run, event) };
  }

  /** Says what was kept: the transaction is committed. */
  tell(): void {
    for (const kept of this.#kept) this.#engine.emit(keptEvent(this.#version, kept));
    this.#kept = [];
  }

  async #keepAll(at: Place, destructions: readonly Destruction[]): Promise<Taken> {
    const kept: Kept[] = [];
    let rowsOf: Taking | undefined;
    try {
      for (const destruction of destructions) {
        if (destruction.kind === 'unforeseen') this.#tellUnforeseen(at, destruction.why);
        for (const taking of await takingsOf(at.session, destruction)) {
          if (!(await this.#wasThere(taking))) continue;
          if (!taking.exclusive) rowsOf = taking;
          kept.push(...(await this.#take(at, taking)));
        }
      }
      return { kept, rowsOf };
    } catch (error) {
      throw copyingFailed(error, this.#version, at.statement);
    }
  }

  /** What this transaction has made itself, nobody misses; the other session sees only what is committed. */
  async #wasThere({ relation }: Taking): Promise<boolean> {
    const { schema, name, oid } = relation;
    if (isOwnObject({ kind: 'table', schema, name }, this.#engine.settings.trackingSchema)) return false;
    const asked = 'SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = $1::pg_catalog.oid';
    return (await this.#control.session.query(asked, [oid])).length > 0;
  }

  #tellUnforeseen({ statement }: Place, why: string): void {
    const message = `${this.#version}, line ${statement.line}: what it removes is not kept, because ${why}.`;
    this.#engine.emit({ kind: 'warning', message });
  }

  /** With what its foreign keys take along. */
  async #take(at: Place, taking: Taking): Promise<Kept[]> {
    const kept = await this.#copy(at, taking);
    if (!kept) return [];
    if (kept.kind !== 'deleted') return [kept];
    const along: Kept[] = [];
    for (const child of await childRows(at.session, taking.relation.oid, kept))
      along.push(...(await this.#take(at, child)));
    return [kept, ...along];
  }

  #copy({ session, lockTimeoutMs }: Place, taking: Taking): Promise<Kept | undefined> {
    const { relation, exclusive } = taking;
    if (exclusive && lockTimeoutMs > 0 && relation.bytes > lockTimeoutMs * BYTES_PER_MS) {
      throw tooLarge(relation, lockTimeoutMs);
    }
    return withCopySettings(session, async () => {
      if (exclusive) await lockToCopy(session, relation, lockTimeoutMs);
      const [found] = await session.query(`SELECT EXISTS (SELECT FROM ${taking.from}) AS any`);
      return found?.any === 't' ? this.#fill(session, taking) : undefined;
    });
  }

  async #fill(session: Session, taking: Taking): Promise<Kept> {
    const { kind, relation, columns } = taking;
    await ensureSchema(session);
    const { schema, name: table } = relation;
    const names = columns.map(({ name }) => name);
    const changesKey = kind === 'updated' && relation.key.some((name) => names.includes(name));
    const wanted = changesKey ? [] : relation.key;
    const key = relation.columns.filter(({ name }) => wanted.includes(name));
    const rest = relation.columns.map(({ name }) => name).filter((name) => !names.includes(name));
    const described = { kind, schema, table, key, columns, rest, store: await freeName(session, this.#version) };
    const what = `${schema}.${table}: what ${this.#version} has taken (${WORDS[kind]}), run ${this.#engine.run.runId}`;
    const rows = await fillStore(session, described, { ...taking, what });
    const sequences = holdsRows({ kind }) && kind !== 'deleted' ? await sequencesOf(session, relation.sequences) : [];
    return { ...described, rows, sequences };
  }

  async #settle({ session, statement }: Place, taken: Taken | undefined, tag: string): Promise<void> {
    const touched = Number(/^(?:DELETE|UPDATE) (\d+)$/.exec(tag)?.[1] ?? 0);
    const kept = taken?.kept ?? [];
    const rows = kept[0]?.rows ?? 0;
    // Rows that came between the look and the statement: this transaction is given up, and tried again.
    if (taken?.rowsOf && touched > rows) throw moreTouched(taken.rowsOf.relation, { touched, rows }, statement);
    for (const one of kept) {
      if (one.kind === 'updated' || one.kind === 'retyped') await session.batch([[{ sql: noteAfter(one) }]]);
    }
  }
}

function keptEvent(version: string, kept: Kept): RunEvent {
  const { schema, table, rows, store, columns } = kept;
  const relation = [schema, table].map(displayIdentifier).join('.');
  const names = holdsRows(kept) ? null : columns.map(({ name }) => name);
  return {
    kind: 'kept',
    version,
    relation,
    columns: names,
    rows,
    store: [BACKUP_SCHEMA, store].map(displayIdentifier).join('.'),
  };
}

interface Place {
  readonly session: Session;
  readonly statement: Statement;
  readonly lockTimeoutMs: number;
}

interface Taken {
  readonly kept: readonly Kept[];
  /** The rows that a DELETE or UPDATE was asked for. */
  readonly rowsOf: Taking | undefined;
}

const WORDS: Readonly<Record<Kept['kind'], string>> = {
  table: 'its rows, dropped with it',
  truncated: 'its rows, truncated',
  deleted: 'rows, deleted',
  column: 'values of a dropped column, by key',
  updated: 'values before they were updated, by key',
  retyped: 'values before their column got another type, by key',
  view: 'rows of a materialized view',
};
