import type { KnownType } from '../../known/table.ts';

/**
 * A condition that two values of one type are not the same, NULL being one. Most types are compared as text: json, xml and point
 * have no `=`, that of an extension's type is not found where the search_path is fixed, and two columns may have two collations.
 * Operands are names or stand in parentheses. `isSameCollation`: both have the collation of the database.
 */
export function differs(type: KnownType | undefined, one: string, other: string, isSameCollation = false): string {
  const isComparable = type && !type.array && (PLAIN.has(type.name) || (isSameCollation && TEXTS.has(type.name)));
  if (isComparable) return `${one} IS DISTINCT FROM ${other}`;
  return `${one}::pg_catalog.text COLLATE pg_catalog."C" IS DISTINCT FROM ${other}::pg_catalog.text`;
}

const PLAIN: ReadonlySet<string> = new Set(
  'bool int2 int4 int8 float4 float8 numeric uuid date time timestamp timestamptz interval bytea'.split(' '),
);

const TEXTS: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar']);
