import { keyOf, type SchemaObject } from '../../catalog/snapshot.ts';
import { type Altered, type Context, RANK, type Writer } from '../context.ts';
import { isInheritedOnly, isPartition, tableOf } from '../inheritance.ts';
import { qualified } from '../names.ts';
import { nodeKey } from '../side.ts';
import { type Line, line } from '../step.ts';
import { alterRelation } from './columns.ts';

const definitionOf = ({ properties }: SchemaObject) => String(properties.definition);

export function isForeignKey(one: SchemaObject): boolean {
  return definitionOf(one).startsWith('FOREIGN KEY');
}

/** PRIMARY KEY and UNIQUE, which an index that is there can be made into. */
function isKey(one: SchemaObject): boolean {
  return /^(PRIMARY KEY|UNIQUE)\b/.test(definitionOf(one));
}

/** Whether the statement that makes the table says it: foreign keys stand at the end, where both tables are there. */
export function isInline(one: SchemaObject, context: Context): boolean {
  const p = one.properties;
  if (isForeignKey(one) || context.isLoose(keyOf(one)) || p['not valid']) return false;
  return !isInheritedOnly(one) || isPartition(tableOf(one, context.after));
}

/** `CONSTRAINT name CHECK (...)` with everything that stands behind a definition. */
export function constraintClause(one: SchemaObject): string {
  const p = one.properties;
  return [
    `CONSTRAINT ${qualified(one.identity.slice(-1))} ${definitionOf(one)}`,
    ...(p['no inherit'] ? ['NO INHERIT'] : []),
    ...(p.deferrable ? ['DEFERRABLE'] : []),
    ...(p['initially deferred'] ? ['INITIALLY DEFERRED'] : []),
    ...(p['not enforced'] ? ['NOT ENFORCED'] : []),
  ].join(' ');
}

const isNewTable = (one: SchemaObject, context: Context) => {
  const table = tableOf(one, context.after);
  return table !== undefined && context.isMade(keyOf(table));
};

const isPartitioned = (one: SchemaObject, context: Context) =>
  tableOf(one, context.after)?.properties['partition by'] !== undefined;

const TRIGGERS = 'ALTER TABLE switches its triggers off and on by names that each server makes up';

/** On a table that is there, a key is built aside first, and a check or foreign key proven afterwards. */
export const CONSTRAINT: Writer = {
  rank: RANK.constraint,
  carried: (one, context) => {
    if (one.properties.triggers !== undefined) context.cannot(one, TRIGGERS);
    return [];
  },
  make: (one, context) => {
    if (one.properties.triggers !== undefined) context.cannot(one, TRIGGERS);
    const alter = alterRelation(one, context);
    const name = qualified(one.identity.slice(-1));
    const table = qualified(one.identity.slice(0, -1));
    const add = `${alter} ADD ${constraintClause(one)}`;
    if (one.properties['not valid']) return [line(`${add} NOT VALID`)];
    if (isNewTable(one, context) || one.properties['not enforced']) return [line(add)];
    if (isBuiltAside(one, context)) return keyFromIndex(one, alter, name, context);
    if (isForeignKey(one) && isPartitioned(one, context) && context.major < 18)
      return [line(add, { note: `SHARE ROW EXCLUSIVE on ${table} and the table it refers to: reads all of ${table}` })];
    if (/^(CHECK|FOREIGN KEY)/.test(definitionOf(one))) return [line(`${add} NOT VALID`)];
    return [line(add, { note: `ACCESS EXCLUSIVE on ${table}: builds an index` })];
  },
  drop: (one, context) => [line(`${alterRelation(one, context)} DROP CONSTRAINT ${qualified(one.identity.slice(-1))}`)],
  late: (one, context, what) => what === 'make' && !isNewTable(one, context) && isBuiltAside(one, context),
  remakes: ({ before, after, changed }, context) => {
    const inPlace = (name: string) =>
      ['inherited', 'local', 'triggers'].includes(name) ||
      (name === 'not valid' && after.properties[name] === undefined) ||
      (isForeignKey(after) && ['deferrable', 'initially deferred'].includes(name)) ||
      (isForeignKey(before) && name === 'not enforced' && context.major >= 18);
    return ![...changed].every(inPlace);
  },
  alter: alterConstraint,
};

/** Whether VALIDATE CONSTRAINT is to follow. */
export function isValidatedLater(one: SchemaObject, context: Context): boolean {
  if (isNewTable(one, context) || one.properties['not valid'] || one.properties['not enforced']) return false;
  if (isForeignKey(one)) return !isPartitioned(one, context) || context.major >= 18;
  return definitionOf(one).startsWith('CHECK');
}

export function validation(one: SchemaObject, context: Context): Line {
  return line(`${alterRelation(one, context)} VALIDATE CONSTRAINT ${qualified(one.identity.slice(-1))}`, {
    note: `SHARE UPDATE EXCLUSIVE on ${qualified(one.identity.slice(0, -1))}: reads all of it, and lets others work`,
  });
}

function isBuiltAside(one: SchemaObject, context: Context): boolean {
  const table = tableOf(one, context.after);
  const partition = isPartitioned(one, context) || (isPartition(table) && isInheritedOnly(one));
  const index = context.after.nodes.get(nodeKey('index', one.identity))?.one;
  return isKey(one) && !partition && index !== undefined && !/WITHOUT OVERLAPS/.test(definitionOf(one));
}

function keyFromIndex(one: SchemaObject, alter: string, name: string, context: Context): Line[] {
  const index = context.after.nodes.get(nodeKey('index', one.identity))!.one;
  const p = one.properties;
  const kind = /^PRIMARY KEY/.test(definitionOf(one)) ? 'PRIMARY KEY' : 'UNIQUE';
  const deferred = `${p.deferrable ? ' DEFERRABLE' : ''}${p['initially deferred'] ? ' INITIALLY DEFERRED' : ''}`;
  return [
    line(String(index.properties.definition).replace(/^CREATE UNIQUE INDEX /, 'CREATE UNIQUE INDEX CONCURRENTLY ')),
    line(`${alter} ADD CONSTRAINT ${name} ${kind} USING INDEX ${name}${deferred}`),
  ];
}

function alterConstraint({ after, changed }: Altered, context: Context): Line[] {
  if (changed.has('triggers')) context.cannot(after, TRIGGERS);
  const p = after.properties;
  const alter = `${alterRelation(after, context)} ALTER CONSTRAINT ${qualified(after.identity.slice(-1))}`;
  const deferral = `${p.deferrable ? 'DEFERRABLE' : 'NOT DEFERRABLE'}${p['initially deferred'] ? ' INITIALLY DEFERRED' : ''}`;
  return [
    ...(changed.has('deferrable') || changed.has('initially deferred') ? [line(`${alter} ${deferral}`)] : []),
    ...(changed.has('not enforced') ? [line(`${alter} ${p['not enforced'] ? 'NOT ENFORCED' : 'ENFORCED'}`)] : []),
    ...(changed.has('not valid') && !p['not valid'] ? [validation(after, context)] : []),
  ];
}
