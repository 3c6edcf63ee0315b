import type { TypeName } from '@pgsql/types';
import type { KnownDomain, KnownType } from '../../known/table.ts';
import { stringsOf } from '../../syntax/names.ts';
import { as, type Node } from '../../syntax/tree.ts';

/** A type as a statement writes it, in the words of what is known. */
export function typeOf(type: TypeName | undefined): KnownType | undefined {
  const [name, schema] = stringsOf(type?.names).reverse();
  if (name === undefined) return undefined;
  return {
    name: schema === undefined || schema === 'pg_catalog' ? name : `${schema}.${name}`,
    modifiers: (type?.typmods ?? []).map(numberOf),
    array: (type?.arrayBounds ?? []).length > 0,
  };
}

/** The tree leaves a zero out. */
function numberOf(node: Node): number {
  const constant = as('A_Const', node);
  return constant?.ival?.ival ?? (constant?.ival ? 0 : Number.NaN);
}

/** smallserial, serial and bigserial, also by their older names. */
export function isSerial({ name }: KnownType): boolean {
  return /^(?:small|big)?serial[248]?$/.test(name);
}

/** Types of PostgreSQL itself that columns have; one that is not among them may be a domain. */
export function isBuiltIn({ name }: KnownType): boolean {
  return BUILT_IN.has(name);
}

const BUILT_IN = new Set(
  (
    'bool int2 int4 int8 float4 float8 numeric money text varchar bpchar char name bytea date time timetz timestamp timestamptz ' +
    'interval uuid json jsonb jsonpath xml inet cidr macaddr macaddr8 bit varbit point line lseg box path polygon circle ' +
    'tsvector tsquery int4range int8range numrange tsrange tstzrange daterange int4multirange int8multirange nummultirange ' +
    'tsmultirange tstzmultirange datemultirange oid regclass regtype regproc regprocedure regnamespace regrole regconfig ' +
    'pg_lsn xid xid8 serial bigserial smallserial serial2 serial4 serial8 citext hstore ltree geometry geography vector'
  ).split(' '),
);

/** A value has to be checked to be one of that domain. */
export function isConstrained(domain: KnownDomain | undefined): boolean {
  return domain?.constrained === true;
}
