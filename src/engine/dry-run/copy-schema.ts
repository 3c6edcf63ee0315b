import type { LedgerNames } from '../../ledger/names.ts';
import type { BatchItem } from '../../postgres/pipeline.ts';
import { Problem } from '../../problem/problem.ts';
import type { NotWritten } from '../../script/script.ts';
import { withControl } from '../control.ts';
import { init } from '../init.ts';
import { type NamedSchema, readSchema } from '../schema/read-schema.ts';
import { FOR_SCRIPTS, scriptBetween } from '../schema/write-script.ts';
import { loadScript } from '../scratch/load-script.ts';
import type { Scratch, ScratchDatabase } from '../scratch/scratch.ts';

/** A scratch database with the schema and the history of another, and no rows. */
export interface SchemaCopy {
  readonly database: ScratchDatabase;
  /** What it lacks. */
  readonly notCopied: readonly NotWritten[];
}

/** What a copy is made of. */
export interface Original {
  readonly schema: NamedSchema;
  /** The rows of its tracking table, as JSON. */
  readonly history: readonly string[];
}

/** Makes the copy; where a role is missing that the scratch server may be given, once more with it. */
export async function copySchema(scratch: Scratch, original: Original): Promise<SchemaCopy> {
  for (;;) {
    const database = await scratch.create();
    try {
      return { database, notCopied: await fill(scratch, database, original) };
    } catch (error) {
      if (!scratch.lost) await database.drop();
      if (!(error instanceof Problem) || !(await scratch.roles.mend(error))) throw error;
    }
  }
}

/** Owners and grants are left out: a scratch server has other roles. */
async function fill(
  scratch: Scratch,
  database: ScratchDatabase,
  { schema, history }: Original,
): Promise<readonly NotWritten[]> {
  refuseOtherMajor(scratch, schema);
  await init(database.engine);
  const before = { ...(await readSchema(database.engine, FOR_SCRIPTS)), name: scratch.place.description };
  const { sql, notWritten } = scriptBetween(before, schema, { owners: false, privileges: false });
  await loadScript(scratch, database, { file: `(the schema of ${schema.name})`, text: sql });
  await withControl(database.engine, (control) => control.session.batch([historyItems(control.names, history)]));
  return notWritten;
}

/** What another version takes and how it locks is another matter. */
function refuseOtherMajor({ server, place }: Scratch, { name, schema }: NamedSchema): void {
  const major = Math.trunc(server.versionNum / 10_000);
  if (major === schema.major) return;
  throw new Problem('snapshot-mismatch', `${name} cannot be copied to a server of another major version`, {
    found: `${name}: PostgreSQL ${schema.major}; ${place.description}: PostgreSQL ${major}`,
    expected: `a scratch server with PostgreSQL ${schema.major}`,
    state: 'Nothing was run.',
    next: ['Name one where databases may be made: --scratch URL'],
  });
}

export function readHistorySql({ migrations }: LedgerNames): string {
  return `SELECT pg_catalog.to_jsonb(m)::text AS entry FROM ${migrations} AS m`;
}

function historyItems({ migrations }: LedgerNames, history: readonly string[]): BatchItem[] {
  const entry = `pg_catalog.jsonb_populate_record(NULL::${migrations}, $1::jsonb)`;
  const last = `(SELECT pg_catalog.max(m.applied_order) FROM ${migrations} AS m)`;
  return [
    ...history.map((row) => ({ sql: `INSERT INTO ${migrations} SELECT r.* FROM ${entry} AS r`, params: [row] })),
    {
      sql: `SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence($1, 'applied_order'), greatest(1, ${last}))`,
      params: [migrations],
    },
  ];
}
