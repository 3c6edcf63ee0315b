import type { SchemaObject, Value } from '../../catalog/snapshot.ts';
import { quoteLiteral } from '../../sql/quote.ts';
import { type Altered, type Context, RANK, type Writer } from '../context.ts';
import { addressOf, qualified, spareName, withoutArguments } from '../names.ts';
import { type Line, line } from '../step.ts';
import { dropByName } from './schemas.ts';

const labelsOf = ({ properties }: SchemaObject) => (properties.labels ?? []) as readonly string[];

export const ENUM: Writer = {
  rank: RANK.type,
  make: (one) => [
    line(`CREATE TYPE ${qualified(one.identity)} AS ENUM (${labelsOf(one).map(quoteLiteral).join(', ')})`),
  ],
  drop: dropByName,
  alter: ({ before, after }) => labelsAdded(after, labelsOf(before), labelsOf(after)),
  // A label can neither be dropped nor moved.
  remakes: ({ before, after }) => {
    const kept = labelsOf(after).filter((label) => labelsOf(before).includes(label));
    return JSON.stringify(kept) !== JSON.stringify(labelsOf(before));
  },
};

function labelsAdded(one: SchemaObject, before: readonly string[], after: readonly string[]): Line[] {
  const lines: Line[] = [];
  after.forEach((label, i) => {
    if (before.includes(label)) return;
    const next = after.slice(i + 1).find((later) => before.includes(later));
    const place =
      i > 0 ? ` AFTER ${quoteLiteral(after[i - 1]!)}` : next === undefined ? '' : ` BEFORE ${quoteLiteral(next)}`;
    lines.push(line(`ALTER TYPE ${qualified(one.identity)} ADD VALUE ${quoteLiteral(label)}${place}`));
  });
  return lines;
}

const collate = (collation: Value | undefined) =>
  collation === undefined ? '' : ` COLLATE ${qualified(collation as readonly Value[])}`;

export const DOMAIN: Writer = {
  rank: RANK.type,
  make: ({ identity, properties: p }, { after }) => {
    const notNull = p['not null'] ? `${nameOf(p['not null name'])} NOT NULL` : '';
    const checks = after.within('domain constraint', identity).filter(({ properties }) => !properties['not valid']);
    return [
      line(
        [
          `CREATE DOMAIN ${qualified(identity)} AS ${String(p.type)}${collate(p.collation)}`,
          ...(p.default === undefined ? [] : [`    DEFAULT ${String(p.default)}`]),
          ...(notNull === '' ? [] : [`   ${notNull}`]),
          ...checks.map(
            (check) => `    CONSTRAINT ${qualified(check.identity.slice(-1))} ${String(check.properties.definition)}`,
          ),
        ].join('\n'),
      ),
      ...after
        .within('domain constraint', identity)
        .filter(({ properties }) => properties['not valid'])
        .map((check) => line(domainCheck(check))),
    ];
  },
  drop: dropByName,
  remakes: ({ changed }) => ['type', 'collation', 'not null name'].some((name) => changed.has(name)),
  alter: ({ after: { identity, properties: p }, changed }) => {
    const name = `ALTER DOMAIN ${qualified(identity)}`;
    return [
      ...(changed.has('default')
        ? [line(`${name} ${p.default === undefined ? 'DROP DEFAULT' : `SET DEFAULT ${String(p.default)}`}`)]
        : []),
      ...(changed.has('not null')
        ? [line(`${name} ${p['not null'] ? 'SET' : 'DROP'} NOT NULL`, p['not null'] ? SCANS : {})]
        : []),
    ];
  },
};

const SCANS = { note: 'reads every table that has the domain, and stops writers meanwhile' };

function nameOf(name: Value | undefined): string {
  return name === undefined ? '' : ` CONSTRAINT ${qualified([name])}`;
}

export const DOMAIN_CONSTRAINT: Writer = {
  rank: RANK.constraint,
  make: (one) => {
    const [name, domain] = [qualified(one.identity.slice(-1)), qualified(one.identity.slice(0, -1))];
    const add = line(domainCheck({ ...one, properties: { ...one.properties, 'not valid': true } }));
    return one.properties['not valid']
      ? [add]
      : [add, line(`ALTER DOMAIN ${domain} VALIDATE CONSTRAINT ${name}`, SCANS)];
  },
  drop: ({ identity }) => [
    line(`ALTER DOMAIN ${qualified(identity.slice(0, -1))} DROP CONSTRAINT ${qualified(identity.slice(-1))}`),
  ],
  remakes: ({ changed, after }) => changed.has('definition') || after.properties['not valid'] === true,
  alter: ({ after: { identity } }) => [
    line(
      `ALTER DOMAIN ${qualified(identity.slice(0, -1))} VALIDATE CONSTRAINT ${qualified(identity.slice(-1))}`,
      SCANS,
    ),
  ],
};

function domainCheck({ identity, properties }: SchemaObject): string {
  const [name, domain] = [qualified(identity.slice(-1)), qualified(identity.slice(0, -1))];
  const suffix = properties['not valid'] ? ' NOT VALID' : '';
  return `ALTER DOMAIN ${domain} ADD CONSTRAINT ${name} ${String(properties.definition)}${suffix}`;
}

const attribute = ({ identity, properties }: SchemaObject) =>
  `${qualified(identity.slice(-1))} ${String(properties.type)}${collate(properties.collation)}`;

export const COMPOSITE: Writer = {
  rank: RANK.type,
  make: ({ identity }, { after }) => {
    const attributes = after.within('attribute', identity).map((one) => `    ${attribute(one)}`);
    return [
      line(`CREATE TYPE ${qualified(identity)} AS (${attributes.length ? `\n${attributes.join(',\n')}\n` : ''})`),
    ];
  },
  drop: dropByName,
  remakes: ({ changed }) => changed.has('order of attributes'),
  alter: () => [],
};

export const ATTRIBUTE: Writer = {
  rank: RANK.type,
  make: (one) => [line(`ALTER TYPE ${qualified(one.identity.slice(0, -1))} ADD ATTRIBUTE ${attribute(one)}`)],
  drop: ({ identity }) => [
    line(`ALTER TYPE ${qualified(identity.slice(0, -1))} DROP ATTRIBUTE ${qualified(identity.slice(-1))}`, {
      loses: `the values of ${identity.at(-1)} in every column of this type`,
    }),
  ],
  alter: ({ after: { identity, properties } }) => [
    line(
      `ALTER TYPE ${qualified(identity.slice(0, -1))} ALTER ATTRIBUTE ${qualified(identity.slice(-1))} TYPE ${String(properties.type)}${collate(properties.collation)}`,
    ),
  ],
};

export const RANGE: Writer = {
  rank: RANK.type,
  make: ({ identity, properties: p }, context) => {
    if (p.canonical !== undefined)
      context.cannot({ type: 'range', identity }, 'its canonical function needs the type before it is complete');
    const parts = [
      `SUBTYPE = ${String(p.subtype)}`,
      `SUBTYPE_OPCLASS = ${qualified(p['operator class'] as readonly Value[])}`,
      ...(p.collation === undefined ? [] : [`COLLATION = ${qualified(p.collation as readonly Value[])}`]),
      ...(p['subtype difference'] === undefined
        ? []
        : [`SUBTYPE_DIFF = ${withoutArguments(String(p['subtype difference']))}`]),
      ...(p.multirange === undefined ? [] : [`MULTIRANGE_TYPE_NAME = ${qualified(p.multirange as readonly Value[])}`]),
    ];
    return p.canonical === undefined ? [line(`CREATE TYPE ${qualified(identity)} AS RANGE (${parts.join(', ')})`)] : [];
  },
  drop: dropByName,
};

/** Its functions need it before it is complete, and what they are is not SQL. */
export const BASE_TYPE: Writer = {
  rank: RANK.type,
  make: unwritable,
  drop: (one, context) => unwritable(one, context),
  alter: ({ after }: Altered, context: Context) => unwritable(after, context),
};

function unwritable(one: SchemaObject, context: Context): [] {
  context.cannot(one, 'a base type and the functions it is made of need each other');
  return [];
}

interface Converted {
  readonly column: SchemaObject;
  readonly after: SchemaObject;
}

/**
 * Another type under the same name, its values converted by way of text. The old one steps aside meanwhile; that of a range
 * cannot, as its functions keep their names: its columns are text for a moment. `columns`: every column that stays and has
 * this type in both schemas.
 */
export function typeSwap(
  old: SchemaObject,
  made: readonly Line[],
  columns: readonly Converted[],
  isTaken: (name: string) => boolean,
): Line[] {
  if (old.type === 'range')
    return [
      ...columns.flatMap(toText),
      line(`DROP ${addressOf(old)}`),
      ...made,
      ...columns.flatMap((one) => fromText(one, '')),
    ];
  const aside = spareName(old.identity[1]!, '_before', isTaken);
  return [
    line(`ALTER ${addressOf(old)} RENAME TO ${qualified([aside])}`),
    ...made,
    ...columns.flatMap((one) => [...withoutDefault(one), ...fromText(one, '::text')]),
    line(`DROP ${addressOf({ ...old, identity: [old.identity[0]!, aside] })}`),
  ];
}

function toText(one: Converted): Line[] {
  const name = qualified(one.column.identity.slice(-1));
  return [...withoutDefault(one), line(`${alterColumn(one)} TYPE text USING ${name}::text`, rewrites(one))];
}

function fromText(one: Converted, cast: string): Line[] {
  const { properties } = one.after;
  const name = qualified(one.column.identity.slice(-1));
  const type = String(properties.type);
  return [
    line(
      `${alterColumn(one)} TYPE ${type}${collate(properties.collation)} USING ${name}${cast}::${type}`,
      rewrites(one),
    ),
    ...(properties.default === undefined
      ? []
      : [line(`${alterColumn(one)} SET DEFAULT ${String(properties.default)}`)]),
  ];
}

function withoutDefault(one: Converted): Line[] {
  return one.column.properties.default === undefined ? [] : [line(`${alterColumn(one)} DROP DEFAULT`)];
}

function alterColumn({ column: { identity } }: Converted): string {
  return `ALTER TABLE ${qualified(identity.slice(0, -1))} ALTER COLUMN ${qualified(identity.slice(-1))}`;
}

function rewrites({ column: { identity } }: Converted): Pick<Line, 'note'> {
  const table = qualified(identity.slice(0, -1));
  return { note: `ACCESS EXCLUSIVE on ${table}: writes the table anew; fails where a value is none of the new type` };
}
