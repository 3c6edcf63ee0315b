import type { TypeName } from '@pgsql/types';
import type { QualifiedName } from '../sql/token-reader.ts';
import { stringsOf } from '../syntax/names.ts';
import { all } from '../syntax/tree.ts';
import type { Known } from './known.ts';
import type { KnownType } from './table.ts';

/** `serial` and its like: what the column really is. */
const SERIALS: Readonly<Record<string, string>> = {
  smallserial: 'int2',
  serial2: 'int2',
  serial: 'int4',
  serial4: 'int4',
  bigserial: 'int8',
  serial8: 'int8',
};

/** The last part of a type's name if it is a serial. */
export function serialOf(type: TypeName | undefined): string | undefined {
  const names = stringsOf(type?.names);
  return names.length === 1 && !type?.arrayBounds ? SERIALS[names[0]!] : undefined;
}

/** The type that a statement writes. One that nobody has told us of keeps the name it is written by. */
export function typeOf(known: Pick<Known, 'resolveType' | 'userType' | 'table'>, type: TypeName): KnownType {
  const [schema, name] = nameParts(type);
  const array = (type.arrayBounds ?? []).length > 0;
  const serial = serialOf(type);
  if (serial) return { name: serial, modifiers: [], array: false };
  if (schema === 'pg_catalog' || (schema === undefined && isOfServer(known, name))) return ofServer(name, type, array);
  const full = known.resolveType(schema === undefined ? { name } : { schema, name });
  const isKnown = schema !== undefined || known.userType(full) !== undefined || known.table(full) !== undefined;
  return { name: isKnown ? `${full.schema}.${full.name}` : name, modifiers: numbersOf(type), array };
}

/** Schema (if any) and name. */
function nameParts(type: TypeName): [string | undefined, string] {
  const [name = '', schema] = stringsOf(type.names).reverse();
  return [schema, name];
}

/** pg_catalog comes first in every search_path; a name that nobody made is the server's too, or an extension's. */
function isOfServer(known: Pick<Known, 'userType' | 'table'>, name: string): boolean {
  return SERVER_TYPES.has(name) || (!known.userType({ name }) && !known.table({ name }));
}

/** Names of pg_type that people write without quotes and that no other type is likely to have on purpose. */
const SERVER_TYPES: ReadonlySet<string> = new Set(
  `bool bytea char name int8 int2 int4 text oid xml json jsonb point lseg path box polygon line circle float4 float8 money
  macaddr macaddr8 inet cidr bpchar varchar date time timestamp timestamptz interval timetz bit varbit numeric uuid tsvector
  tsquery regclass regproc regprocedure regoper regtype regrole regnamespace regconfig jsonpath pg_lsn int4range int8range
  numrange tsrange tstzrange daterange int4multirange int8multirange nummultirange tsmultirange tstzmultirange
  datemultirange`.split(/\s+/),
);

function ofServer(name: string, type: TypeName, array: boolean): KnownType {
  const isArray = name.startsWith('_') && SERVER_TYPES.has(name.slice(1));
  const element = isArray ? name.slice(1) : name;
  return { name: element, modifiers: modifiersOf(element, numbersOf(type)), array: array || isArray };
}

/** As people would write them in full: numeric(10) is numeric(10, 0), interval(3) has no fields. */
function modifiersOf(name: string, written: readonly number[]): readonly number[] {
  if (name === 'numeric' && written.length === 1) return [written[0]!, 0];
  if (name === 'interval' && written[0] === INTERVAL_FULL_RANGE) return written.slice(1);
  return written;
}

const INTERVAL_FULL_RANGE = 0x7fff;

function numbersOf({ typmods }: TypeName): number[] {
  return all('A_Const', typmods).flatMap(({ ival }) => (ival ? [ival.ival ?? 0] : []));
}

/** `numeric(10, 2)[]`, for messages. */
export function typeText({ name, modifiers, array }: KnownType): string {
  return `${name}${modifiers.length > 0 ? `(${modifiers.join(', ')})` : ''}${array ? '[]' : ''}`;
}

/** The reverse of `typeText`. */
export function typeOfText(text: string): KnownType {
  const [, name = text, , modifiers = '', array] = /^(.*?)(\(([\d, -]*)\))?(\[\])?$/s.exec(text) ?? [];
  return { name, modifiers: modifiers === '' ? [] : modifiers.split(',').map(Number), array: array !== undefined };
}

export function sameType(a: KnownType, b: KnownType): boolean {
  return typeText(a) === typeText(b);
}

/**
 * Whether a domain (or what it is built on) has a constraint: such a type makes ADD COLUMN write the table anew. Undefined: it
 * is not known what the type is.
 */
export function hasDomainConstraint(known: Pick<Known, 'userType'>, type: KnownType): boolean | undefined {
  const name = qualifiedName(type.name);
  if (name.schema === undefined) return SERVER_TYPES.has(name.name) ? false : undefined;
  const found = known.userType(name);
  if (found?.kind !== 'domain') return found ? false : undefined;
  return found.constrained;
}

/** Schema (if any) and name of a KnownType's name. */
export function qualifiedName(name: string): QualifiedName {
  const dot = name.indexOf('.');
  return dot < 0 ? { name } : { schema: name.slice(0, dot), name: name.slice(dot + 1) };
}
