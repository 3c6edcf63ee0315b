import { objectName } from '../catalog/object-name.ts';
import type { SchemaObject, Value } from '../catalog/snapshot.ts';
import { displayIdentifier, quoteLiteral } from '../sql/quote.ts';

/** A name as people write it in SQL, its parts quoted where they must be. */
export function qualified(parts: readonly Value[]): string {
  return parts.map((part) => displayIdentifier(String(part))).join('.');
}

type Named = Pick<SchemaObject, 'type' | 'identity'>;

/** The kind and name of an object as COMMENT ON, and mostly ALTER and DROP, take them: `TABLE public.users`. */
export function addressOf(one: Named): string {
  const special = ADDRESSES[one.type];
  return special ? special(one.identity) : `${KEYWORDS[one.type] ?? one.type.toUpperCase()} ${objectName(one)}`;
}

/** Key words of the kinds that have other names in SQL than in the manual's chapters. */
const KEYWORDS: Partial<Record<SchemaObject['type'], string>> = {
  enum: 'TYPE',
  'composite type': 'TYPE',
  range: 'TYPE',
  'base type': 'TYPE',
  attribute: 'COLUMN',
  'statistics object': 'STATISTICS',
  'foreign-data wrapper': 'FOREIGN DATA WRAPPER',
};

type Address = (identity: readonly string[]) => string;

const ADDRESSES: Partial<Record<SchemaObject['type'], Address>> = {
  index: ([schema, , name]) => `INDEX ${qualified([schema!, name!])}`,
  constraint: on('CONSTRAINT', ''),
  'domain constraint': on('CONSTRAINT', 'DOMAIN '),
  trigger: on('TRIGGER', ''),
  rule: on('RULE', ''),
  policy: on('POLICY', ''),
  aggregate: ([schema, name, ...types]) => `AGGREGATE ${qualified([schema!, name!])}(${types.join(', ') || '*'})`,
  operator: ([schema, name, left, right]) =>
    `OPERATOR ${operatorName([schema!, name!])} (${left || 'NONE'}, ${right || 'NONE'})`,
  'operator family': using('OPERATOR FAMILY'),
  'operator class': using('OPERATOR CLASS'),
  cast: ([from, to]) => `CAST (${from} AS ${to})`,
  transform: ([type, language]) => `TRANSFORM FOR ${type} LANGUAGE ${qualified([language!])}`,
  'user mapping': ([server, user]) => `USER MAPPING FOR ${roleName(user!)} SERVER ${qualified([server!])}`,
};

function on(word: string, before: string): Address {
  return (identity) => `${word} ${qualified(identity.slice(-1))} ON ${before}${qualified(identity.slice(0, -1))}`;
}

function using(word: string): Address {
  return ([schema, name, method]) => `${word} ${qualified([schema!, name!])} USING ${qualified([method!])}`;
}

/** A schema and the characters of an operator, which are never quoted. */
export function operatorName([schema, name]: readonly Value[]): string {
  return `${qualified([schema!])}.${String(name)}`;
}

/** In bytes, without the end mark: NAMEDATALEN of the server as it is built everywhere. */
const NAME_BYTES_MAX = 63;

/**
 * A name for what stands beside another object for a while, within what the server keeps of a name: the hash in a shortened
 * one tells long names with one beginning apart.
 */
export function spareName(name: string, suffix: string, isTaken: (name: string) => boolean): string {
  for (let n = 1; ; n++) {
    const end = n === 1 ? suffix : `${suffix}${n}`;
    const whole = `${name}${end}`;
    const spare = Buffer.byteLength(whole) <= NAME_BYTES_MAX ? whole : shortened(name, `_${hashOf(name)}${end}`);
    if (!isTaken(spare)) return spare;
  }
}

function shortened(name: string, end: string): string {
  let kept = [...name];
  while (Buffer.byteLength(kept.join('')) > NAME_BYTES_MAX - Buffer.byteLength(end)) kept = kept.slice(0, -1);
  return `${kept.join('')}${end}`;
}

/** FNV-1a of 32 bits: enough among the names of one table. */
function hashOf(name: string): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(36);
}

/** A role's name that is not quoted yet, or everybody. */
export function roleName(name: string): string {
  return name === 'public' ? 'PUBLIC' : qualified([name]);
}

/** `app.f(integer)` without its argument types; quotes are heeded. */
export function withoutArguments(routine: string): string {
  const bare = /^((?:"(?:[^"]|"")*"|[^"(])*)\(/.exec(routine);
  return bare?.[1] ?? routine;
}

/** `[name, value]` pairs of foreign options, as OPTIONS (...) takes them. */
export function optionList(options: Value | undefined): string {
  const list = (options ?? []) as readonly (readonly string[])[];
  return list.map(([name, value]) => `${qualified([name!])} ${quoteLiteral(value!)}`).join(', ');
}

/** What a snapshot holds in place of a secret (see docs/FORMATS.md). */
export function isStandIn(value: Value | undefined): boolean {
  if (Array.isArray(value)) return value.some((part) => isStandIn(part as Value));
  return typeof value === 'string' && /^secret [0-9a-f]{24}$/.test(value.replace(/^[\w.]+=/, ''));
}

/** `name=value` entries as SET (...) of a storage parameter takes them. */
export function parameterList(entries: Value | undefined): string {
  return ((entries ?? []) as readonly string[]).map(parameter).join(', ');
}

function parameter(entry: string): string {
  const at = entry.indexOf('=');
  const [name, value] = [entry.slice(0, at), entry.slice(at + 1)];
  return `${parameterName(name)} = ${/^(-?[\d.]+|[a-z_]+)$/.test(value) ? quoteParameter(value) : quoteLiteral(value)}`;
}

/** Words such as `on` are values here, and `default` would not be. */
function quoteParameter(value: string): string {
  return /^(-?[\d.]+|true|false|on|off|auto|local|cascaded)$/.test(value) ? value : quoteLiteral(value);
}

/** `toast.name` is two names. */
export function parameterName(name: string): string {
  return name.split('.').map(displayIdentifier).join('.');
}
