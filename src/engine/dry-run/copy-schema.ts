import type { Snapshot } from '../../catalog/snapshot.ts';
import type { LedgerNames } from '../../ledger/names.ts';
import type { BatchItem } from '../../postgres/pipeline.ts';
import { Problem } from '../../problem/problem.ts';
import type { NotWritten } from '../../script/script.ts';
import { withControl } from '../control.ts';
import { init } from '../init.ts';
import type { ExtensionObjects } from '../schema/extension-objects.ts';
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
  /** What the scratch server has no extension for. */
  readonly missing: readonly ExtensionObjects[];
  /** The rows of its tracking table, as JSON. */
  readonly history: readonly string[];
}

/** Makes the copy, on a server of the same major version; where a role is missing that the scratch server may be given, once more with it. */
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
  { schema, missing, history }: Original,
): Promise<readonly NotWritten[]> {
  await init(database.engine);
  const made = await readSchema(database.engine, FOR_SCRIPTS);
  const before = { name: scratch.place.description, schema: ofAnyVersion(made.schema) };
  const after = { ...schema, schema: ofAnyVersion(schema.schema) };
  const leftOut = missing.flatMap(({ objects }) => objects);
  const { sql, notWritten } = scriptBetween(before, after, { owners: false, privileges: false }, leftOut);
  await loadScript(scratch, database, { file: `(the schema of ${schema.name})`, text: sql });
  await withControl(database.engine, (control) => control.session.batch([historyItems(control.names, history)]));
  return [...missing.map(notOffered), ...otherVersions(schema.schema, await scratch.extensions()), ...notWritten];
}

/** Extensions are taken in the version that the scratch server offers. */
function ofAnyVersion(schema: Snapshot): Snapshot {
  const objects = schema.objects.map((one) => {
    if (one.type !== 'extension') return one;
    const { version: _, ...properties } = one.properties;
    return { ...one, properties };
  });
  return { ...schema, objects };
}

function notOffered({ extension, names }: ExtensionObjects): NotWritten {
  const built = names.length === 0 ? '' : `; left out with it: ${names.join(', ')}`;
  return { type: 'extension', name: extension, why: `the scratch server does not offer it${built}` };
}

function otherVersions({ objects }: Snapshot, offered: ReadonlyMap<string, string>): NotWritten[] {
  return objects.flatMap(({ type, identity: [name = ''], properties: { version } }): NotWritten[] => {
    const other = offered.get(name);
    if (type !== 'extension' || other === undefined || other === version) return [];
    return [{ type, name, why: `the copy has version ${other} of it, the database ${String(version)}` }];
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
