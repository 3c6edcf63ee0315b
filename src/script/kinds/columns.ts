import { keyOf, type SchemaObject, type Value } from '../../catalog/snapshot.ts';
import { type Altered, type Context, RANK, type Writer } from '../context.ts';
import { inheritedFrom, isInheritedOnly, isPartition, tableOf } from '../inheritance.ts';
import { optionList, parameterList, parameterName, qualified } from '../names.ts';
import { nodeKey } from '../side.ts';
import { type Line, line } from '../step.ts';
import { identityClause } from './sequences.ts';

const nameOf = ({ identity }: SchemaObject) => qualified(identity.slice(-1));

/** `ALTER TABLE public.users`, or the kind that the relation is of. */
export function alterRelation(one: SchemaObject, context: Context, only = false): string {
  const table = tableOf(one, context.after) ?? tableOf(one, context.before);
  const kind = (table?.type ?? 'table').toUpperCase();
  const isTable = table?.type === 'table' || table?.type === 'foreign table';
  return `ALTER ${kind} ${only && isTable ? 'ONLY ' : ''}${qualified(one.identity.slice(0, -1))}`;
}

/** A column as CREATE TABLE and ADD COLUMN take it. `typed`: of a table OF a type, which has the type already. */
export function columnDefinition(one: SchemaObject, context: Context, typed = false): string {
  const p = one.properties;
  const isDefaultHere = p.default !== undefined && !context.isLoose(nodeKey('default', one.identity));
  const foreign = optionList(p['foreign options']);
  const parts = [
    nameOf(one),
    ...(typed ? ['WITH OPTIONS'] : [String(p.type)]),
    ...(p.compression === undefined ? [] : [`COMPRESSION ${String(p.compression)}`]),
    ...(foreign === '' ? [] : [`OPTIONS (${foreign})`]),
    ...(p.collation === undefined || typed ? [] : [`COLLATE ${qualified(p.collation as readonly Value[])}`]),
    ...(isDefaultHere ? [`DEFAULT ${String(p.default)}`] : []),
    ...(p.generated === undefined
      ? []
      : [`GENERATED ALWAYS AS (${String(p.generated)}) ${p.virtual ? 'VIRTUAL' : 'STORED'}`]),
    identityClause(one, context),
    notNull(one, context),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function notNull(one: SchemaObject, context: Context): string {
  const p = one.properties;
  // A partition has its own, before it is attached.
  const inherited = p['not null inherited'] && !p['not null local'] && !isPartition(tableOf(one, context.after));
  if (!p['not null'] || p['not null not valid'] || inherited) return '';
  const named = p['not null name'] === undefined ? '' : `CONSTRAINT ${qualified([p['not null name']])} `;
  return `${named}NOT NULL${p['not null no inherit'] ? ' NO INHERIT' : ''}`;
}

/** What only ALTER TABLE says of a column. */
function columnExtras(one: SchemaObject, context: Context): Line[] {
  const p = one.properties;
  return [
    ...settingLines(
      one,
      new Set(['storage', 'statistics target', 'options'].filter((name) => p[name] !== undefined)),
      context,
    ),
    ...(p['not null not valid'] && !isInheritedOnly(one)
      ? [line(`${alterRelation(one, context)} ADD ${notValidNotNull(one)}`)]
      : []),
  ];
}

function notValidNotNull(one: SchemaObject): string {
  const named = one.properties['not null name'];
  return `${named === undefined ? '' : `CONSTRAINT ${qualified([named])} `}NOT NULL ${nameOf(one)} NOT VALID`;
}

function settingLines(
  one: SchemaObject,
  changed: ReadonlySet<string>,
  context: Context,
  before?: SchemaObject,
): Line[] {
  const p = one.properties;
  const alter = `${alterRelation(one, context, true)} ALTER COLUMN ${nameOf(one)}`;
  const lines: Line[] = [];
  if (changed.has('storage'))
    lines.push(
      line(
        `${alter} SET STORAGE ${p.storage === undefined ? storageOf(one, context) : String(p.storage).toUpperCase()}`,
      ),
    );
  if (changed.has('compression')) lines.push(line(`${alter} SET COMPRESSION ${String(p.compression ?? 'DEFAULT')}`));
  if (changed.has('statistics target'))
    lines.push(line(`${alter} SET STATISTICS ${String(p['statistics target'] ?? -1)}`));
  if (changed.has('options')) lines.push(...optionLines(alter, before?.properties.options, p.options));
  return lines;
}

/** The type's own; from PostgreSQL 16 there is a word for it. */
function storageOf(one: SchemaObject, context: Context): string {
  if (context.major >= 16) return 'DEFAULT';
  const type = String(one.properties.type);
  if (/^(numeric|inet|cidr|.*range)\b/.test(type)) return 'MAIN';
  return /^(text|character|bytea|json|xml|tsvector|tsquery|path|polygon|bit|hstore)|\[\]$/.test(type)
    ? 'EXTENDED'
    : 'PLAIN';
}

/** SET and RESET of `name=value` entries. `target`: what they belong to. */
export function optionLines(target: string, before: Value | undefined, after: Value | undefined): Line[] {
  const [a, b] = [(before ?? []) as readonly string[], (after ?? []) as readonly string[]];
  const names = (entries: readonly string[]) => entries.map((entry) => entry.slice(0, entry.indexOf('=')));
  const set = b.filter((entry) => !a.includes(entry));
  const reset = names(a).filter((name) => !names(b).includes(name));
  return [
    ...(reset.length > 0 ? [line(`${target} RESET (${reset.map(parameterName).join(', ')})`)] : []),
    ...(set.length > 0 ? [line(`${target} SET (${parameterList(set)})`)] : []),
  ];
}

/** OPTIONS (ADD ..., SET ..., DROP ...) of a foreign object. */
export function foreignOptions(before: Value | undefined, after: Value | undefined): string {
  const pairs = (value: Value | undefined) =>
    new Map((value ?? []) as unknown as readonly (readonly [string, string])[]);
  const [a, b] = [pairs(before), pairs(after)];
  const put = [...b]
    .filter(([name, value]) => a.get(name) !== value)
    .map(([name, value]) => `${a.has(name) ? 'SET' : 'ADD'} ${optionList([[name, value]])}`);
  const gone = [...a.keys()].filter((name) => !b.has(name)).map((name) => `DROP ${qualified([name])}`);
  return `OPTIONS (${[...put, ...gone].join(', ')})`;
}

export const COLUMN: Writer = {
  rank: RANK.column,
  make: (one, context) => {
    const p = one.properties;
    const fails =
      p['not null'] &&
      !p['not null not valid'] &&
      p.default === undefined &&
      p.generated === undefined &&
      p.identity === undefined;
    const rewrites = p.generated !== undefined || p.identity !== undefined;
    return [
      line(`${alterRelation(one, context)} ADD COLUMN ${columnDefinition(one, context)}`, {
        ...(fails ? { note: 'fails where the table has rows: NOT NULL without a default' } : {}),
        ...(rewrites && !p.virtual
          ? { note: `ACCESS EXCLUSIVE on ${qualified(one.identity.slice(0, -1))}: writes the table anew` }
          : {}),
      }),
      ...columnExtras(one, context),
    ];
  },
  carried: columnExtras,
  drop: (one, context) => [
    line(`${alterRelation(one, context)} DROP COLUMN ${nameOf(one)}`, {
      ...(one.properties.generated === undefined ? { loses: `the values of ${one.identity.at(-1)}` } : {}),
    }),
  ],
  remakes: ({ before, after, changed }, context) =>
    (changed.has('virtual') && after.properties.generated !== undefined) ||
    (changed.has('generated') &&
      (before.properties.generated === undefined ||
        before.properties.virtual === true ||
        (after.properties.generated !== undefined && context.major < 17))),
  alter: (change, context) => [
    ...alterType(change, context),
    ...alterGenerated(change, context),
    ...alterNull(change, context),
    ...alterIdentity(change, context),
    ...settingLines(change.after, change.changed, context, change.before),
    ...alterForeign(change, context),
  ],
};

/** What a parent table's change does to it already. */
function comesFromParent({ after }: Altered, context: Context, property: string): boolean {
  return inheritedFrom(after, context.after).some((key) => {
    const [one, before] = [context.after.nodes.get(key)!.one, context.before.nodes.get(key)?.one];
    return (
      before !== undefined && JSON.stringify(one.properties[property]) !== JSON.stringify(before.properties[property])
    );
  });
}

function alterType(change: Altered, context: Context): Line[] {
  const { before, after, changed } = change;
  if ((!changed.has('type') && !changed.has('collation')) || comesFromParent(change, context, 'type')) return [];
  const table = qualified(after.identity.slice(0, -1));
  const type = String(after.properties.type);
  const using = conversion(nameOf(after), String(before.properties.type), type);
  const collation =
    after.properties.collation === undefined
      ? ''
      : ` COLLATE ${qualified(after.properties.collation as readonly Value[])}`;
  return [
    line(`${alterRelation(after, context)} ALTER COLUMN ${nameOf(after)} TYPE ${type}${collation}${using}`, {
      note: `ACCESS EXCLUSIVE on ${table}: may write the table and its indexes anew`,
    }),
  ];
}

/** Kinds of values that are converted within the group, and to and from text. */
const GROUPS = [
  /^(smallint|integer|bigint|numeric|real|double precision)$/,
  /^(text|character|character varying|name)$/,
  /^(date|timestamp without time zone|timestamp with time zone)$/,
  /^(json|jsonb)$/,
  /^(boolean|integer)$/,
];

/** USING, by way of text where the two types know nothing of each other. */
function conversion(name: string, before: string, after: string): string {
  const [a, b] = [before, after].map((type) => type.replace(/\(.*?\)/, ''));
  if (a === b) return '';
  const known =
    GROUPS.some((group) => group.test(a!) && group.test(b!)) || [a, b].some((type) => GROUPS[1]!.test(type!));
  return known ? ` USING ${name}::${after}` : ` USING ${name}::text::${after}`;
}

function alterGenerated({ after, changed }: Altered, context: Context): Line[] {
  if (!changed.has('generated')) return [];
  const alter = `${alterRelation(after, context)} ALTER COLUMN ${nameOf(after)}`;
  const { generated } = after.properties;
  if (generated === undefined) return [line(`${alter} DROP EXPRESSION`)];
  return [
    line(`${alter} SET EXPRESSION AS (${String(generated)})`, {
      note: `ACCESS EXCLUSIVE on ${qualified(after.identity.slice(0, -1))}: writes the table anew`,
    }),
  ];
}

/** NOT NULL of a column that gets an identity comes before it; else see not-null.ts. */
function alterNull(change: Altered, context: Context): Line[] {
  const { before, after, changed } = change;
  const isNew = changed.has('not null') && after.properties['not null'];
  const alter = `${alterRelation(after, context)} ALTER COLUMN ${nameOf(after)}`;
  const renamed = [
    'not null name',
    'not null no inherit',
    'not null not valid',
    'not null local',
    'not null inherited',
  ].some((name) => changed.has(name));
  if (isDetached(after, context)) context.cannot(after, DETACHED);
  if (comesFromParent(change, context, 'not null')) return [];
  if (isNew && after.properties['not null not valid'])
    return [line(`${alterRelation(after, context)} ADD ${notValidNotNull(after)}`)];
  if (isNew && after.properties['not null no inherit']) return notNullAnew(before, after, context);
  if (isNew && changed.has('identity')) return [line(`${alter} SET NOT NULL`)];
  if (changed.has('not null') && !isNew) return [line(`${alter} DROP NOT NULL`)];
  if (isNew || !renamed || !after.properties['not null']) return [];
  return notNullAnew(before, after, context);
}

const DETACHED = 'its NOT NULL may keep the name that it had as a partition, which a snapshot does not tell';

function isDetached(one: SchemaObject, { before, after }: Context): boolean {
  const wasInherited = before.nodes.get(keyOf(one))?.one.properties['not null inherited'] === true;
  return (
    wasInherited &&
    one.properties['not null'] === true &&
    isPartition(tableOf(one, before)) &&
    !isPartition(tableOf(one, after))
  );
}

/** PostgreSQL 18: it has a name, may be not valid, and may not be inherited. */
function notNullAnew(before: SchemaObject, after: SchemaObject, context: Context): Line[] {
  const p = after.properties;
  const validates = before.properties['not null not valid'] && !p['not null not valid'];
  const same = ['not null name', 'not null no inherit'].every((name) => p[name] === before.properties[name]);
  if (same && validates) return [line(`${alterRelation(after, context)} ALTER COLUMN ${nameOf(after)} SET NOT NULL`)];
  if (same && !p['not null not valid'])
    return p['not null local']
      ? [line(`${alterRelation(after, context, true)} ALTER COLUMN ${nameOf(after)} SET NOT NULL`)]
      : [];
  const name = p['not null name'] === undefined ? '' : `CONSTRAINT ${qualified([p['not null name']])} `;
  return [
    ...(before.properties['not null']
      ? [line(`${alterRelation(after, context)} ALTER COLUMN ${nameOf(after)} DROP NOT NULL`)]
      : []),
    line(
      `${alterRelation(after, context)} ADD ${name}NOT NULL ${nameOf(after)}${p['not null no inherit'] ? ' NO INHERIT' : ''}${p['not null not valid'] ? ' NOT VALID' : ''}`,
    ),
  ];
}

function alterIdentity({ before, after, changed }: Altered, context: Context): Line[] {
  if (!changed.has('identity') || isPartition(tableOf(after, context.after))) return [];
  const alter = `${alterRelation(after, context)} ALTER COLUMN ${nameOf(after)}`;
  if (after.properties.identity === undefined)
    return [line(`${alter} DROP IDENTITY`, { loses: 'where the counter stands' })];
  if (before.properties.identity === undefined) return [line(`${alter} ADD ${identityClause(after, context)}`)];
  return [line(`${alter} SET GENERATED ${String(after.properties.identity).toUpperCase()}`)];
}

function alterForeign({ before, after, changed }: Altered, context: Context): Line[] {
  if (!changed.has('foreign options')) return [];
  const options = foreignOptions(before.properties['foreign options'], after.properties['foreign options']);
  return [line(`${alterRelation(after, context)} ALTER COLUMN ${nameOf(after)} ${options}`)];
}

/** A default by itself; a change to it leaves what is stored as it is. */
export const DEFAULT: Writer = {
  rank: RANK.column,
  make: (one, context) => [setDefault(one, context)],
  drop: (one, context) => [line(`${alterRelation(one, context, true)} ALTER COLUMN ${nameOf(one)} DROP DEFAULT`)],
  alter: ({ after }, context) => [setDefault(after, context)],
};

function setDefault(one: SchemaObject, context: Context): Line {
  return line(
    `${alterRelation(one, context, true)} ALTER COLUMN ${nameOf(one)} SET DEFAULT ${String(one.properties.default)}`,
  );
}
