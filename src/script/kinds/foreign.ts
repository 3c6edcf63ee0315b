import type { SchemaObject, Value } from '../../catalog/snapshot.ts';
import { quoteLiteral } from '../../sql/quote.ts';
import { type Context, RANK, type Writer } from '../context.ts';
import { addressOf, isStandIn, optionList, qualified, withoutArguments } from '../names.ts';
import { type Line, line } from '../step.ts';
import { foreignOptions } from './columns.ts';
import { dropByName } from './schemas.ts';

/** Without those whose values are secrets: they are said by name. */
function openOptions(one: SchemaObject, context: Context): Value | undefined {
  const list = (one.properties['foreign options'] ?? []) as unknown as readonly (readonly [string, string])[];
  const secret = list.filter(([, value]) => isStandIn(value)).map(([name]) => name);
  if (secret.length > 0) context.cannot(one, `secrets are in no snapshot: set ${secret.join(', ')} by hand`);
  return list.filter(([, value]) => !isStandIn(value));
}

function options(one: SchemaObject, context: Context): string {
  const list = optionList(openOptions(one, context));
  return list === '' ? '' : ` OPTIONS (${list})`;
}

function optionChanges(before: SchemaObject, after: SchemaObject, context: Context): Line[] {
  const known = (before.properties['foreign options'] ?? []) as unknown as readonly (readonly [string, string])[];
  const wanted = openOptions(after, context) as readonly (readonly [string, string])[];
  const kept = known.filter(([, value]) => !isStandIn(value));
  const text = foreignOptions(kept, wanted);
  return text === 'OPTIONS ()' ? [] : [line(`ALTER ${addressOf(after)} ${text}`)];
}

export const WRAPPER: Writer = {
  rank: RANK.foreign,
  make: (one, context) => {
    const p = one.properties;
    const handler = p.handler === undefined ? '' : ` HANDLER ${withoutArguments(String(p.handler))}`;
    const validator = p.validator === undefined ? '' : ` VALIDATOR ${withoutArguments(String(p.validator))}`;
    return [
      line(`CREATE FOREIGN DATA WRAPPER ${qualified(one.identity)}${handler}${validator}${options(one, context)}`),
    ];
  },
  drop: dropByName,
  alter: ({ before, after, changed }, context) => {
    const word = (name: string) => {
      const value = after.properties[name];
      return value === undefined
        ? `NO ${name.toUpperCase()}`
        : `${name.toUpperCase()} ${withoutArguments(String(value))}`;
    };
    const routines = ['handler', 'validator'].filter((name) => changed.has(name)).map(word);
    return [
      ...(routines.length > 0 ? [line(`ALTER ${addressOf(after)} ${routines.join(' ')}`)] : []),
      ...(changed.has('foreign options') ? optionChanges(before, after, context) : []),
    ];
  },
};

export const SERVER: Writer = {
  rank: RANK.foreign,
  make: (one, context) => {
    const p = one.properties;
    const type = p.type === undefined ? '' : ` TYPE ${quoteLiteral(String(p.type))}`;
    const version = p.version === undefined ? '' : ` VERSION ${quoteLiteral(String(p.version))}`;
    return [
      line(
        `CREATE SERVER ${qualified(one.identity)}${type}${version} FOREIGN DATA WRAPPER ${qualified([p.wrapper!])}${options(one, context)}`,
      ),
    ];
  },
  drop: dropByName,
  remakes: ({ changed, after }) =>
    changed.has('wrapper') || changed.has('type') || (changed.has('version') && after.properties.version === undefined),
  alter: ({ before, after, changed }, context) => [
    ...(changed.has('version')
      ? [line(`ALTER ${addressOf(after)} VERSION ${quoteLiteral(String(after.properties.version))}`)]
      : []),
    ...(changed.has('foreign options') ? optionChanges(before, after, context) : []),
  ],
};

export const USER_MAPPING: Writer = {
  rank: RANK.foreign,
  make: (one, context) => [line(`CREATE ${addressOf(one)}${options(one, context)}`)],
  drop: dropByName,
  alter: ({ before, after }, context) => optionChanges(before, after, context),
};

/** Its connection is a secret as a whole. */
export const SUBSCRIPTION: Writer = {
  rank: RANK.publication,
  make: connection,
  drop: connection,
  alter: ({ after }, context) => connection(after, context),
};

function connection(one: SchemaObject, context: Context): [] {
  context.cannot(one, 'it belongs to another server, whose address is a secret and whose slot it may have');
  return [];
}
