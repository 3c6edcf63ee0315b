import type { SchemaObject } from '../../catalog/snapshot.ts';
import { type Altered, type Context, RANK } from '../context.ts';
import { inheritedFrom, tableOf } from '../inheritance.ts';
import { qualified, spareName } from '../names.ts';
import { nodeKey } from '../side.ts';
import { type Line, line, type Step } from '../step.ts';

/**
 * NOT NULL for a column that is there: SET NOT NULL reads the whole table while nobody may use it, unless a constraint that was
 * proven before says the same (manual, "ALTER TABLE"). The constraint is proven while others work.
 */
export function notNullSteps(change: Altered, context: Context): Step[] {
  const { after, changed } = change;
  const p = after.properties;
  const isNew = after.type === 'column' && changed.has('not null') && p['not null'] === true;
  if (
    !isNew ||
    changed.has('identity') ||
    p['not null no inherit'] ||
    p['not null not valid'] ||
    comesFromParent(after, context)
  )
    return [];
  const key = nodeKey('column', after.identity);
  const { main, late } = p['not null name'] === undefined ? byCheck(after, context) : byName(after, context);
  const step: Step = {
    lines: main,
    drops: new Set(),
    makes: new Set(),
    rank: RANK.column,
    name: `${key} not null`,
    late: false,
  };
  const first: Step = { ...step, makes: new Set([key]) };
  return [first, { ...step, lines: late, proves: new Set([key]), behind: first, late: true }];
}

interface Lines {
  readonly main: readonly Line[];
  readonly late: readonly Line[];
}

function byCheck(one: SchemaObject, context: Context): Lines {
  const [alter, column] = [alterOf(one, context), qualified(one.identity.slice(-1))];
  const name = qualified([proofName(one, context)]);
  return {
    main: [line(`${alter} ADD CONSTRAINT ${name} CHECK (${column} IS NOT NULL) NOT VALID`)],
    late: [
      line(`${alter} VALIDATE CONSTRAINT ${name}`, { note: proofNote(one) }),
      line(`${alter} ALTER COLUMN ${column} SET NOT NULL`),
      line(`${alter} DROP CONSTRAINT ${name}`),
    ],
  };
}

function proofName({ identity }: SchemaObject, { before, after }: Context): string {
  const isTaken = (name: string) => {
    const key = nodeKey('constraint', [...identity.slice(0, -1), name]);
    return before.nodes.has(key) || after.nodes.has(key);
  };
  return spareName(`${identity.at(-2)}_${identity.at(-1)}`, '_proof', isTaken);
}

/** PostgreSQL 18 knows them by name, and takes them unproven. */
function byName(one: SchemaObject, context: Context): Lines {
  const [alter, column] = [alterOf(one, context), qualified(one.identity.slice(-1))];
  const name = qualified([one.properties['not null name']!]);
  return {
    main: [line(`${alter} ADD CONSTRAINT ${name} NOT NULL ${column} NOT VALID`)],
    late: [line(`${alter} VALIDATE CONSTRAINT ${name}`, { note: proofNote(one) })],
  };
}

const proofNote = ({ identity }: SchemaObject) =>
  `SHARE UPDATE EXCLUSIVE on ${qualified(identity.slice(0, -1))}: reads all of it, and lets others work`;

function alterOf(one: SchemaObject, context: Context): string {
  return `ALTER ${(tableOf(one, context.after)?.type ?? 'table').toUpperCase()} ${qualified(one.identity.slice(0, -1))}`;
}

function comesFromParent(one: SchemaObject, { before, after }: Context): boolean {
  return inheritedFrom(one, after).some(
    (key) =>
      after.nodes.get(key)!.one.properties['not null'] === true &&
      before.nodes.get(key)?.one.properties['not null'] !== true,
  );
}
