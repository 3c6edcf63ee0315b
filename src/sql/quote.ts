import { Problem } from '../problem/problem.ts';

/**
 * A name as PostgreSQL reads it back unchanged: always in double quotes. The one function for names in SQL that we run;
 * for SQL that people read, see `displayIdentifier`.
 */
export function quoteIdentifier(name: string): string {
  return `"${withoutNul(name).replaceAll('"', '""')}"`;
}

/** A qualified name, each part quoted: `quoteQualified('public', 'users')` is `"public"."users"`. */
export function quoteQualified(...parts: string[]): string {
  return parts.map(quoteIdentifier).join('.');
}

/** A string constant that means the same whatever standard_conforming_strings is (as quote_literal writes it). */
export function quoteLiteral(value: string): string {
  const quoted = `'${withoutNul(value).replaceAll("'", "''")}'`;
  return quoted.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}

function withoutNul(value: string): string {
  if (value.includes('\0'))
    throw new Problem('usage', 'a name or value holds a NUL character, which PostgreSQL cannot take');
  return value;
}

/** A comment on one line, whatever is in the text: a carriage return, too, ends a comment. */
export function commentLine(text: string): string {
  return `-- ${text.replaceAll(/[\r\n]+/g, ' ')}`;
}

/** A name as people write it: quoted only where it must be, as quote_ident does. */
export function displayIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) && !isKeyword(name) ? name : quoteIdentifier(name);
}

let keywords: Set<string> | undefined;

function isKeyword(name: string): boolean {
  keywords ??= new Set(`${RESERVED} ${USABLE_AS_TYPE_OR_FUNCTION} ${USABLE_AS_COLUMN}`.split(/\s+/));
  return keywords.has(name);
}

/** Key words that cannot name everything unquoted (manual, appendix "SQL Key Words"), of all versions up to 18. */
const RESERVED = `all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create
current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc distinct do
else end except false fetch for foreign from grant group having in initially intersect into lateral leading limit localtime
localtimestamp not null offset on only or order placing primary references returning select session_user some symmetric
system_user table then to trailing true union unique user using variadic when where window with`;
const USABLE_AS_TYPE_OR_FUNCTION = `authorization binary collation concurrently cross current_schema freeze full ilike inner
is isnull join left like natural notnull outer overlaps right similar tablesample verbose`;
const USABLE_AS_COLUMN = `between bigint bit boolean char character coalesce dec decimal exists extract float greatest grouping
inout int integer interval json json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar
json_serialize json_table json_value least merge_action national nchar none normalize nullif numeric out overlay position
precision real row setof smallint substring time timestamp treat trim values varchar xmlattributes xmlconcat xmlelement
xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable`;

/** A text of many lines as it is, between dollar quotes that do not occur in it: `name` between the dollars; `bare`: at best none. */
export function dollarQuoted(text: string, name: string, bare = false): string {
  const isFree = (tag: string) => !`${text}$`.includes(`$${tag}$`);
  let tag = bare && isFree('') ? '' : name;
  for (let i = 2; !isFree(tag); i++) tag = `${name}${i}`;
  return `$${tag}$${text}$${tag}$`;
}
