import { parentTypes } from '../catalog/object-types.ts';
import { keyOf, type SchemaObject, type Snapshot } from '../catalog/snapshot.ts';
import { grouped } from './group.ts';
import { constraintClause } from './kinds/constraints.ts';
import { qualified } from './names.ts';
import { arrange } from './script.ts';
import { type Line, line } from './step.ts';
import { paragraph } from './text.ts';
import { writeWhole } from './whole.ts';

/** Writes single objects of one schema out, each as the SQL that makes it. */
export type ObjectWriter = (one: Pick<SchemaObject, 'type' | 'identity'>) => string;

/**
 * A table comes with all that belongs to it, a column or index as what adds it to its table; without owners. '' where the schema
 * has no such object, or no SQL makes it. The snapshot holds needs.
 */
export function objectWriter(schema: Snapshot): ObjectWriter {
  const known = new Map(schema.objects.map((one) => [keyOf(one), one]));
  const members = grouped(
    schema.objects.filter(({ type }) => parentTypes(type)),
    ({ identity }) => ownerKey(identity.slice(0, -1)),
  );
  const sequences = grouped(
    schema.objects.filter(({ properties }) => Array.isArray(properties['owned by'])),
    ({ properties }) => ownerKey((properties['owned by'] as string[]).slice(0, 2)),
  );
  const membersOf = (identity: readonly string[]) => members.get(ownerKey(identity)) ?? [];

  return ({ type, identity }) => {
    const one = known.get(keyOf({ type, identity }));
    if (!one) return '';
    const parents = parentTypes(type);
    if (!parents) return wholeSql([one, ...membersOf(identity), ...(sequences.get(ownerKey(identity)) ?? [])]);
    const owner = identity.slice(0, -1);
    const parent = parents.map((kind) => known.get(keyOf({ type: kind, identity: owner }))).find(Boolean);
    const around = membersOf(owner).filter((other) => other !== one && BASIC.has(other.type));
    return memberSql(parent ? [parent, ...around] : around, one);
  };

  /** The counter of an identity column is in what makes the column. */
  function countersOf({ type, identity }: SchemaObject): readonly SchemaObject[] {
    const owned = type === 'column' ? (sequences.get(ownerKey(identity.slice(0, -1))) ?? []) : [];
    return owned.filter(({ properties }) => (properties['owned by'] as string[])[2] === identity.at(-1));
  }

  function wholeSql(objects: readonly SchemaObject[]): string {
    const { chapters, last } = writeWhole(part([]), part(objects));
    return [...chapters.flatMap(({ sql, behindRows }) => [sql, behindRows]), last]
      .filter((text) => text !== '')
      .join('\n');
  }

  function memberSql(around: readonly SchemaObject[], one: SchemaObject): string {
    const { steps } = arrange(
      part(around),
      part([...around, one, ...countersOf(one)]),
      { owners: false, privileges: true },
      {},
    );
    const lines = steps.flatMap((step) => step.lines);
    return plainly(one, lines)
      .map((each) => `${paragraph(each)}\n`)
      .join('\n');
  }

  function part(objects: readonly SchemaObject[]): Snapshot {
    return { ...schema, objects };
  }
}

/** What it is, not the way in which a migration would make it beside traffic. */
function plainly(one: SchemaObject, lines: readonly Line[]): readonly Line[] {
  if (one.type === 'index')
    return lines.map(({ sql }) => line(sql.replace(/^CREATE (UNIQUE )?INDEX CONCURRENTLY /, 'CREATE $1INDEX ')));
  if (one.type !== 'constraint') return lines.map(({ sql }) => line(sql));
  const table = qualified(one.identity.slice(0, -1));
  const add = `ALTER TABLE ${table} ADD ${constraintClause(one)}${one.properties['not valid'] ? ' NOT VALID' : ''}`;
  return [line(add), ...lines.filter(({ sql }) => sql.startsWith('COMMENT ON '))];
}

/** What other parts of a table or type are built on. */
const BASIC: ReadonlySet<string> = new Set(['column', 'attribute']);

/** Tables and types of one schema have different names. */
const ownerKey = (identity: readonly string[]) => JSON.stringify(identity);
