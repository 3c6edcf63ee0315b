import type { Migration } from '../../../migration/migration.ts';
import type { UpPlan } from '../../../plan/up.ts';
import { setLocal } from '../../../postgres/session-settings.ts';
import { displayIdentifier, quoteQualified } from '../../../sql/quote.ts';
import type { Control } from '../../control.ts';
import type { Engine } from '../../engine.ts';
import { searchPathInForce } from '../../search-path.ts';
import { type WritingTrigger, writingTriggers } from './by-triggers.ts';
import { keepsRows } from './keeps-rows.ts';

/** What is said before a run of what its batches will keep, where, and what they will not. */
export async function keepNotes(
  engine: Engine,
  control: Control,
  { migrations, background }: UpPlan,
): Promise<string[]> {
  const notes: string[] = [];
  for (const { version, migration } of [...migrations, ...background]) {
    if (!migration.data || !keepsRows(engine, migration)) continue;
    notes.push(`${version} keeps what its batches change in ${placeText(engine)}, from where a rollback puts it back`);
    for (const trigger of await triggersOf(engine, control, migration))
      notes.push(`${version}: ${triggerText(trigger, migration)}`);
  }
  return notes;
}

/** A file is read from its begin to its end: what comes back batch by batch stays where each batch finds its rows. */
export function placeText({ settings }: Pick<Engine, 'settings'>): string {
  const schema = 'the schema taskflow_backup';
  return settings.backup.to === 'file' ? `${schema} (and not in a file, which no batch can put back)` : schema;
}

async function triggersOf(engine: Engine, control: Control, migration: Migration): Promise<WritingTrigger[]> {
  const { schema, name } = migration.data?.target.table ?? { name: '' };
  const path = await searchPathInForce(engine.settings, control);
  const named = schema === undefined ? quoteQualified(name) : quoteQualified(schema, name);
  const { results } = await control.session.batch([
    [
      { sql: 'BEGIN READ ONLY' },
      setLocal('search_path', path),
      { sql: 'SELECT pg_catalog.to_regclass($1)::pg_catalog.oid AS oid', params: [named], rows: true },
      { sql: 'COMMIT' },
    ],
  ]);
  const oid = results[0]?.[2]?.rows[0]?.oid;
  return oid == null ? [] : writingTriggers(control.session, oid, kindsOf(migration));
}

/** By the first word of each statement; MERGE and WITH may hold both. */
function kindsOf({ statements }: Migration): ('updated' | 'deleted')[] {
  const first = statements.map(({ words }) => words[0] ?? '');
  const may = (word: string) => first.some((one) => one === word || one === 'MERGE' || one === 'WITH');
  return [
    ...(may('UPDATE') || may('INSERT') ? (['updated'] as const) : []),
    ...(may('DELETE') ? (['deleted'] as const) : []),
  ];
}

function triggerText({ name, comesBeforeDelete }: WritingTrigger, { data }: Migration): string {
  const table = displayIdentifier(data?.target.table.name ?? '');
  return comesBeforeDelete
    ? `rows that the trigger ${name} of ${table} changes in place of deleting them are not kept: it needs a ROLLBACK section`
    : `what the trigger ${name} of ${table} writes elsewhere is not kept, and no rollback takes it back`;
}
