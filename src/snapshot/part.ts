import { BACKUP_SCHEMA } from '../backup/kept.ts';
import type { ObjectType } from '../catalog/object-types.ts';
import { type Included, POSITION } from '../catalog/snapshot.ts';
import type { Masked } from './secrets.ts';

/**
 * The queries of a snapshot run behind a search_path of `pg_catalog, pg_temp` that is set in their own transaction
 * (read.ts), so their names are written without `pg_catalog.` here, and everything that the server writes out is qualified.
 */
export interface Part {
  readonly type: ObjectType;
  /** FROM and WHERE of the objects; `$1` is the schema of the tracking tables, `$2` the pattern of their names. */
  readonly from: string;
  /** SQL of each part of the name, or one expression that is a JSON array. */
  readonly identity: readonly string[] | string;
  /** Which row of pg_description is the comment: the catalog, the object's OID, the number of a column. */
  readonly comment?: { readonly catalog: string; readonly oid: string; readonly column?: string };
  /** OID of the owner. */
  readonly owner?: string;
  /** The ACL with the kind that acldefault() knows it by; `owner` where the object has none of its own. */
  readonly privileges?: { readonly kind: string; readonly acl: string; readonly owner?: string };
  /** By name: SQL that is NULL or false where the property is absent. */
  readonly properties: Readonly<Record<string, PropertySql>>;
  /** Where this does not hold, none of the named properties is there: there are many objects, and it saves asking for each. */
  readonly rare?: { readonly when: string; readonly names: readonly string[] };
  /** More of objects that another part has read: where it may not be read, these properties are not checked. */
  readonly more?: true;
  /** Asks how many of the objects hide this property from this role, in the one column `hidden`. */
  readonly hides?: { readonly property: string; readonly sql: string };
  /** A whole query in place of the others, whose rows are no objects: see needs.ts. */
  readonly dependencies?: string;
  /** Only with `--privileges`. */
  readonly onlyPrivileges?: boolean;
}

export type PropertySql =
  | string
  | {
      readonly sql: string;
      /** Major versions that have it; `older`: what says it on those before. */
      readonly since?: number;
      readonly older?: string;
      /** It may hold secrets. */
      readonly masked?: Masked;
    };

export interface PartQuery {
  readonly sql: string;
  readonly properties: readonly QueriedProperty[];
  /** Those that come together as the last part, which may be null. */
  readonly rare: readonly QueriedProperty[];
}

export interface QueriedProperty {
  readonly name: string;
  readonly masked?: Masked | undefined;
}

/** One statement that answers one row: every object of the part as `[[names], address, property, ...]`, in one JSON array. */
export function partQuery(part: Part, major: number, included: Included): PartQuery {
  if (part.dependencies !== undefined) return { sql: part.dependencies, properties: [], rare: [] };
  const { columns, rare } = split(part, major, included);
  return {
    sql: `SELECT json_agg(${objectSql(part, columns, rare, addressOf(part))}) AS objects\nFROM ${withComment(part)}`,
    properties: columns.map(({ name, masked }) => ({ name, masked })),
    rare: rare.map(({ name, masked }) => ({ name, masked })),
  };
}

function split(part: Part, major: number, included: Included): { columns: ColumnSql[]; rare: ColumnSql[] } {
  const all = columnsOf(part, major, included);
  const isRare = ({ name }: ColumnSql) => part.rare?.names.includes(name) === true;
  return { columns: all.filter((one) => !isRare(one)), rare: all.filter(isRare) };
}

/**
 * One object as a JSON array: its name, its address if that is given, its properties, and the rare ones together. An address
 * is another one in each database, so a print has none.
 */
function objectSql(part: Part, columns: readonly ColumnSql[], rare: readonly ColumnSql[], address?: string): string {
  const identity = typeof part.identity === 'string' ? part.identity : `json_build_array(${part.identity.join(', ')})`;
  const values = [identity, ...(address === undefined ? [] : [address]), ...columns.map(({ sql }) => sql)];
  if (rare.length > 0)
    values.push(`CASE WHEN ${part.rare!.when} THEN json_build_array(${rare.map(({ sql }) => sql).join(',\n  ')}) END`);
  return `json_build_array(${values.join(',\n  ')})`;
}

/**
 * The same as one row that is equal for equal objects in whatever order, as far as a sum of hashes tells: `print`. Secrets
 * are in it as they are, and leave the server in no other way. Positions count without gaps, as in a snapshot.
 */
export function partPrint(part: Part, major: number, included: Included): string {
  const { columns, rare } = split(part, major, included);
  const ranked = columns.map((one) =>
    one.name === POSITION && typeof part.identity !== 'string'
      ? { ...one, sql: `row_number() OVER (PARTITION BY ${part.identity.slice(0, -1).join(', ')} ORDER BY ${one.sql})` }
      : one,
  );
  return `SELECT count(*) || ':' || coalesce(sum(hashtextextended(object, 0)), 0) AS print
FROM (SELECT ${objectSql(part, ranked, rare)}::text AS object\nFROM ${withComment(part)}) AS objects`;
}

/** By what pg_depend knows it: the OID, or both OID and number of a column; null where nothing depends on such an object. */
function addressOf({ comment }: Part): string {
  if (!comment) return 'NULL';
  return comment.column === undefined ? comment.oid : `json_build_array(${comment.oid}, ${comment.column})`;
}

interface ColumnSql {
  readonly name: string;
  readonly sql: string;
  readonly masked?: Masked | undefined;
}

function columnsOf(part: Part, major: number, included: Included): ColumnSql[] {
  const columns: ColumnSql[] = [];
  for (const [name, given] of Object.entries(part.properties)) {
    const property = typeof given === 'string' ? { sql: given } : given;
    const sql = major >= (property.since ?? 0) ? property.sql : property.older;
    if (sql !== undefined) columns.push({ name, sql, masked: property.masked });
  }
  if (part.comment) columns.push({ name: 'comment', sql: 'remark.description' });
  if (part.owner && included.owners) columns.push({ name: 'owner', sql: `pg_get_userbyid(${part.owner})` });
  const owner = part.privileges?.owner ?? part.owner;
  if (part.privileges && owner && included.privileges)
    privilegesSql(part.privileges, owner).forEach((sql, i) => {
      columns.push({ name: i === 0 ? 'privileges' : 'revoked privileges', sql });
    });
  return columns;
}

/** The join goes in front of the part's own WHERE, the first that begins a line. */
function withComment({ comment, from }: Part): string {
  if (!comment) return from;
  const { catalog, oid, column = '0' } = comment;
  const remark = `LEFT JOIN pg_description AS remark ON remark.classoid = '${catalog}'::regclass
  AND remark.objoid = ${oid} AND remark.objsubid = ${column}`;
  return from.replace(/\nWHERE /, `\n${remark}\nWHERE `);
}

/** Of an ACL who may do what, whoever granted it; the owner by that word, so that the grants of another owner are the same. */
function grants(acl: string, owner: string): string {
  return `SELECT CASE grantee WHEN 0 THEN 'public' WHEN ${owner} THEN '(owner)' ELSE quote_ident(pg_get_userbyid(grantee)) END AS grantee,
    privilege_type, bool_or(is_grantable) AS grantable FROM aclexplode(${acl}) GROUP BY 1, 2`;
}

/** `[grantee, privilege]`, or with a third part where it may be granted on. */
export const GRANT = `CASE WHEN g.grantable THEN json_build_array(g.grantee, g.privilege_type, 'with grant option')
    ELSE json_build_array(g.grantee, g.privilege_type) END`;

/** What is granted beyond that which a new object's owner and everybody have, and what is taken away of that. */
function privilegesSql(
  { kind, acl }: { kind: string; acl: string },
  owner: string,
): [granted: string, revoked: string] {
  const usual = grants(`acldefault('${kind}', ${owner})`, owner);
  const beyond = (these: string, those: string) =>
    `CASE WHEN ${acl} IS NOT NULL THEN (SELECT json_agg(${GRANT}) FROM (${these} EXCEPT ${those}) AS g) END`;
  return [beyond(grants(acl, owner), usual), beyond(usual, grants(acl, owner))];
}

/** Schemas of people; not that of the data that the tool keeps. */
export function userSchema(alias = 'n'): string {
  return `${alias}.nspname !~ '^pg_' AND ${alias}.nspname NOT IN ('information_schema', '${BACKUP_SCHEMA}')`;
}

/**
 * Not a member of an extension: those come with it. What they refer to is in the condition because there is an index of it,
 * and hardly a row: without it each query reads pg_depend from one end to the other.
 */
export function notMember(catalog: string, oid: string): string {
  return `NOT EXISTS (SELECT FROM pg_depend AS e WHERE e.refclassid = 'pg_extension'::regclass
    AND e.classid = '${catalog}'::regclass AND e.objid = ${oid} AND e.deptype = 'e')`;
}

/** Nor made by the server for another object, as the constructors of a range are. */
export function notMadeFor(catalog: string, oid: string): string {
  return `${notMember(catalog, oid)}
  AND NOT EXISTS (SELECT FROM pg_depend AS i WHERE i.classid = '${catalog}'::regclass AND i.objid = ${oid} AND i.deptype = 'i')`;
}

/** Not one of the tracking tables, nor what belongs to them. */
export function notOwn(name: string, schema = 'n.nspname'): string {
  return `NOT (${schema} = $1 AND ${name} ~ $2)`;
}

/** Relations of people as `c`, in schema `n`; `kinds`: of pg_class.relkind. More joins go behind it, then `relationIs`. */
export function relations(joins = ''): string {
  return `pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace${joins === '' ? '' : `\n${joins}`}`;
}

export function relationIs(kinds: string): string {
  const list = [...kinds].map((kind) => `'${kind}'`).join(', ');
  return `c.relkind IN (${list}) AND ${userSchema()} AND ${notMember('pg_class', 'c.oid')} AND ${notOwn('c.relname')}`;
}

/** Below it are objects that came with the server (FirstNormalObjectId of access/transam.h). */
export const FIRST_OWN_OID = 16384;

/** `[schema, name]` of an object by its OID, NULL for 0. */
export function nameOf(catalog: string, prefix: string, oid: string): string {
  const namespace = `${prefix}namespace`;
  return `(SELECT json_build_array(named_in.nspname, named.${prefix}name) FROM ${catalog} AS named
    JOIN pg_namespace AS named_in ON named_in.oid = named.${namespace} WHERE named.oid = ${oid})`;
}

/** A function by its OID with its argument types, as SQL; NULL for 0. */
export function routineOf(oid: string): string {
  return `CASE WHEN ${oid} <> 0 THEN ${oid}::oid::regprocedure::text END`;
}

/** A type by its OID, as SQL; NULL for 0. */
export function typeOf(oid: string): string {
  return `CASE WHEN ${oid} <> 0 THEN format_type(${oid}, NULL) END`;
}
