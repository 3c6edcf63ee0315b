import type { BackedUpTable, BackupManifest } from '../../backup/manifest.ts';
import { shownTable } from '../../backup/wanted-table.ts';
import { Problem } from '../../problem/problem.ts';
import { displayIdentifier } from '../../sql/quote.ts';

/** A table of a backup; partitioned ones have no rows, and no file. */
export type TableInBackup = Pick<BackedUpTable, 'schema' | 'name' | 'rows' | 'file' | 'columns'>;

type Name = Pick<BackedUpTable, 'schema' | 'name'>;

/**
 * The tables that a list names, each once; a partitioned one with all its partitions. Names are as SQL has them, the schema left
 * out where it is public or there is only one such table. Problem `restore-refused`.
 */
export function tablesNamed(list: string, manifest: BackupManifest): TableInBackup[] {
  const words = list.match(/(?:"(?:[^"]|"")*"|[^,"])+/g) ?? [];
  const all = tablesOf(manifest);
  const named = words.flatMap((word) => withPartitions(oneNamed(word.trim(), all, manifest.id), manifest));
  return [...new Map(named.map((one) => [keyOf(one), one])).values()].map(
    (one) => all.find((table) => keyOf(table) === keyOf(one)) ?? { ...one, rows: null, file: null, columns: null },
  );
}

/** Those with rows, and the partitioned ones, which older manifests do not name. */
export function tablesOf({ tables, partitioned = [] }: BackupManifest): TableInBackup[] {
  const without = partitioned.map(({ schema, name }) => ({ schema, name, rows: null, file: null, columns: null }));
  return [...without, ...tables];
}

function withPartitions(one: Name, { partitioned = [] }: BackupManifest): Name[] {
  const found = partitioned.find((table) => keyOf(table) === keyOf(one));
  return [one, ...(found?.partitions ?? [])];
}

function keyOf({ schema, name }: Name): string {
  return JSON.stringify([schema, name]);
}

function oneNamed(name: string, tables: readonly Name[], id: string): Name {
  const found = tables.filter((table) => namesOf(table).includes(name));
  const [only] = found.length === 1 ? found : found.filter(({ schema }) => schema === 'public');
  if (only) return only;
  const what = found.length > 1 ? 'the name of several tables' : 'no table';
  const shown = (found.length > 0 ? found : tables).map(shownTable);
  const more = shown.length > SHOWN_MAX ? [`and ${shown.length - SHOWN_MAX} more`] : [];
  throw new Problem('restore-refused', `${name} is ${what} of ${id}.`, {
    found: [...shown.slice(0, SHOWN_MAX), ...more].join(', '),
    expected: 'names as SQL has them, with their schema: public.users',
    state: 'Nothing was changed.',
  });
}

const SHOWN_MAX = 12;

function namesOf({ schema, name }: Name): string[] {
  const plain = displayIdentifier(name);
  return [plain, name, `${displayIdentifier(schema)}.${plain}`, `${schema}.${name}`];
}
