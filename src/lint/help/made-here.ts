import type { Migration } from '../../migration/migration.ts';
import type { CreatedObject, ObjectKind } from '../../sql/created-object.ts';
import { createdObjects } from '../../sql/objects.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import type { Subject } from '../rule.ts';
import { isSame } from './same-name.ts';

/** What has a name of its own, besides indexes, triggers and the like, which no query names. */
const NAMED: readonly ObjectKind[] = [
  'table',
  'view',
  'materialized view',
  'sequence',
  'type',
  'domain',
  'function',
  'procedure',
  'aggregate',
  'schema',
  'role',
  'extension',
  'collation',
];

/** Nobody else can be using what has that name: the files that are judged, or an earlier statement of this one, make it. */
export function isNewHere(subject: Subject, name: QualifiedName, kinds = NAMED): boolean {
  return subject.isNew(subject.known.table(name)) || madeHere(subject, name, kinds);
}

/** Whether an earlier statement of the same file made it. For what `known` does not keep: routines, types, schemas. */
export function madeHere(subject: Subject, name: QualifiedName, kinds: readonly ObjectKind[]): boolean {
  return earlier(subject, name.name).some(
    (one) => kinds.includes(one.kind) && isSame(subject.known, nameOf(one), name),
  );
}

/** Whether an earlier statement of the same file added that column. */
export function addedHere(subject: Subject, table: QualifiedName, column: string): boolean {
  return earlier(subject, column).some((one) => one.kind === 'column' && one.table === table.name);
}

function nameOf({ schema, name }: CreatedObject): QualifiedName {
  return schema === undefined ? { name } : { schema, name };
}

function earlier({ migration, index }: Subject, name: string): CreatedObject[] {
  return (creationsOf(migration).get(name) ?? []).filter((one) => one.index < index).map(({ object }) => object);
}

type Creations = ReadonlyMap<string, readonly { readonly object: CreatedObject; readonly index: number }[]>;

/** By name: a file of thousands of statements is asked thousands of times. */
const creations = new WeakMap<Migration, Creations>();

function creationsOf(migration: Migration): Creations {
  const kept = creations.get(migration);
  if (kept) return kept;
  const found = new Map<string, { object: CreatedObject; index: number }[]>();
  for (const [index, { sql }] of migration.statements.entries()) {
    for (const object of createdObjects(sql)) {
      const same = found.get(object.name);
      if (same) same.push({ object, index });
      else found.set(object.name, [{ object, index }]);
    }
  }
  creations.set(migration, found);
  return found;
}
