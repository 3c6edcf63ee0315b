/** Schemas that were never in a database, for the core of the script writer. */
import { canonicalProperties, canonicalSnapshot } from '../../src/catalog/canonical.ts';
import type { Need, SchemaObject, Snapshot } from '../../src/catalog/snapshot.ts';
import { writeScript } from '../../src/script/script.ts';

export function object(
  type: SchemaObject['type'],
  identity: readonly string[],
  properties: object = {},
  needs: readonly Need[] = [],
): SchemaObject {
  const one = { type, identity, properties: canonicalProperties({ ...properties }) };
  return needs.length === 0 ? one : { ...one, needs };
}

export function schemaOf(...objects: readonly (SchemaObject | readonly SchemaObject[])[]): Snapshot {
  const all = [object('schema', ['s']), ...objects.flat()];
  return canonicalSnapshot({ major: 18, owners: true, privileges: true, needs: true, notChecked: [], objects: all });
}

/** A table of schema `s` with columns by name: their types. */
export function table(name: string, columns: Readonly<Record<string, string>>): SchemaObject[] {
  return [
    object('table', ['s', name]),
    ...Object.entries(columns).map(([column, type], i) =>
      object('column', ['s', name, column], { type, position: i + 1 }),
    ),
  ];
}

/** A view of schema `s` of one column `a`. */
export function view(name: string, definition: string, needs: readonly Need[]): SchemaObject[] {
  return [
    object('view', ['s', name], { definition }, needs),
    object('column', ['s', name, 'a'], { type: 'integer', position: 1 }),
  ];
}

const NOTHING = { owners: false, privileges: false };

/** The statements from one schema to the other, each on one line, without comments and what stands around them. */
export function statements(before: Snapshot, after: Snapshot): string[] {
  return writeScript(before, after, NOTHING)
    .sql.replaceAll(/^--.*\n/gm, '')
    .split(/;\n+/)
    .map((sql) => sql.trim().replaceAll(/\s+/g, ' '))
    .filter((sql) => sql !== '' && !/^(BEGIN|COMMIT|(SET( LOCAL)?|RESET) check_function_bodies.*)$/.test(sql));
}

export function wholeScript(before: Snapshot, after: Snapshot): ReturnType<typeof writeScript> {
  return writeScript(before, after, NOTHING);
}
