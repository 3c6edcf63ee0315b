import { canonicalNeeds } from '../catalog/canonical.ts';
import { parentTypes } from '../catalog/object-types.ts';
import { compareIdentity, type Dependence, type Need, type SchemaObject } from '../catalog/snapshot.ts';
import { FIRST_OWN_OID, type Part } from './part.ts';

/** By what pg_depend knows an object of a catalog: OID and number of a column (or 0) in one number. */
export type Address = number;

/** A table has at most 1,600 columns; OIDs are below 2^32. */
export function addressIn(oid: number, column: number): Address {
  return oid * 4096 + column;
}

/** By catalog, then by address, in one map or several. */
export type ObjectsByAddress = Map<string, ReadonlyMap<Address, SchemaObject>[]>;

/**
 * Rows of pg_depend as few long texts of numbers, which takes a fifth of the time that a row each would: for each pair of
 * catalogs and kind of dependence, of each row OID and column of the one that depends, then of the other.
 */
type Rows = readonly [from: string, to: string, kind: string, numbers: string][];

/** What stands for an object: in the texts its OID, then OID and column of the object. */
type Aliases = readonly [catalog: string, of: string, numbers: string | null][];

export type Dependencies = readonly [rows: Rows | null, aliases: Aliases];

/** A table or a type needs whole schemas and extensions in other ways. The rest has no name of its own, nor has it needs. */
const WANTED = `d.objid >= ${FIRST_OWN_OID} AND d.refobjid >= ${FIRST_OWN_OID} AND d.deptype IN ('n', 'a', 'i', 'P')
    AND d.refclassid NOT IN ('pg_namespace'::regclass, 'pg_extension'::regclass)
    AND NOT (d.classid IN ('pg_type'::regclass, 'pg_trigger'::regclass) AND d.deptype = 'i')`;

/** For an array its element, for the type of a table's rows the table, for a multirange its range. */
function typeAliases(major: number): string {
  const range = major < 14 ? 't.oid' : 'coalesce(m.rngtypid, t.oid)';
  const multirange = major < 14 ? '' : "\n  LEFT JOIN pg_range AS m ON m.rngmultitypid = t.oid AND t.typtype = 'm'";
  return `SELECT 'pg_type', CASE WHEN tr.oid IS NULL THEN 'pg_type' ELSE 'pg_class' END,
    string_agg(concat_ws(',', a.oid, coalesce(tr.oid, ${range}), 0), ',')
  FROM pg_type AS a
  JOIN pg_type AS t ON t.oid = CASE WHEN a.typcategory = 'A' AND a.typelem <> 0 THEN a.typelem ELSE a.oid END
  LEFT JOIN pg_class AS tr ON tr.oid = t.typrelid AND tr.relkind <> 'c'${multirange}
  WHERE coalesce(tr.oid, ${range}) <> a.oid
    AND a.oid IN (SELECT d.refobjid FROM pg_depend AS d WHERE d.refclassid = 'pg_type'::regclass AND ${WANTED})
  GROUP BY 2`;
}

/**
 * What depends on what (see Dependencies). A default stands for its column, the rule behind a view for the view, the row of a
 * composite type for the type. `more`: a role that may not read them may not read anything else either, and that is said there.
 */
export function dependencies(major: number): Part {
  return {
    type: 'schema',
    more: true,
    identity: [],
    properties: {},
    from: '',
    dependencies: `SELECT json_build_array(
  (SELECT json_agg(json_build_array(g.classid::regclass, g.refclassid::regclass, g.deptype, g.numbers))
    FROM (SELECT d.classid, d.refclassid, d.deptype,
        string_agg(concat_ws(',', d.objid, d.objsubid, d.refobjid, d.refobjsubid), ',') AS numbers
      FROM pg_depend AS d
      WHERE ${WANTED}
      GROUP BY 1, 2, 3) AS g),
  (SELECT json_agg(json_build_array(a.catalog, a.of, a.numbers)) FROM (
  SELECT 'pg_attrdef' AS catalog, 'pg_class' AS of, string_agg(concat_ws(',', oid, adrelid, adnum), ',') AS numbers FROM pg_attrdef
  UNION ALL
  SELECT 'pg_rewrite', 'pg_class', string_agg(concat_ws(',', oid, ev_class, 0), ',') FROM pg_rewrite WHERE rulename = '_RETURN'
  UNION ALL
  SELECT 'pg_class', 'pg_type', string_agg(concat_ws(',', oid, reltype, 0), ',') FROM pg_class WHERE relkind = 'c'
  UNION ALL
  ${typeAliases(major)}) AS a)) AS objects`,
  };
}

/** The objects with what they need; what depends on itself, or on what is in no snapshot, is left out. */
export function withNeeds(
  objects: readonly SchemaObject[],
  known: ObjectsByAddress,
  [rows, aliases]: Dependencies,
): SchemaObject[] {
  for (const alias of aliases) putAliases(known, alias);
  const needs = new Map<SchemaObject, Need[]>();
  for (const row of rows ?? []) gather(needs, known, row);
  return objects.map((one) => {
    const list = needs.get(one);
    return list === undefined ? one : { ...one, needs: canonicalNeeds(list) };
  });
}

const numbersIn = (text: string | null) => JSON.parse(`[${text ?? ''}]`) as number[];

function putAliases(known: ObjectsByAddress, [catalog, of, text]: Aliases[number]): void {
  const [names, objects] = [new Map<Address, SchemaObject>(), known.get(of) ?? []];
  const numbers = numbersIn(text);
  for (let i = 0; i < numbers.length; i += 3) {
    const one = objectAt(objects, numbers[i + 1]!, numbers[i + 2]!);
    if (one) names.set(addressIn(numbers[i]!, 0), one);
  }
  known.set(catalog, [...(known.get(catalog) ?? []), names]);
}

function objectAt(maps: readonly ReadonlyMap<Address, SchemaObject>[], oid: number, column: number) {
  const address = addressIn(oid, column);
  for (const one of maps) {
    const found = one.get(address);
    if (found) return found;
  }
  return undefined;
}

function gather(
  needs: Map<SchemaObject, Need[]>,
  known: ObjectsByAddress,
  [catalog, toCatalog, kind, text]: Rows[number],
): void {
  const [froms, tos] = [known.get(catalog), known.get(toCatalog)];
  if (!froms || !tos) return;
  const numbers = numbersIn(text);
  for (let i = 0; i < numbers.length; i += 4) {
    const from = objectAt(froms, numbers[i]!, numbers[i + 1]!);
    const to = from && objectAt(tos, numbers[i + 2]!, numbers[i + 3]!);
    if (!from || !to || isImplied(from, to)) continue;
    const need: Need = [howOf(catalog, kind, from), to.type, ...to.identity];
    const list = needs.get(from);
    if (list) list.push(need);
    else needs.set(from, [need]);
  }
}

function howOf(catalog: string, kind: string, { properties }: SchemaObject): Dependence {
  if (catalog === 'pg_attrdef') return properties.generated === undefined ? 'default needs' : 'needs';
  return kind === 'n' ? 'needs' : 'falls with';
}

/** The same object, what it belongs to by its name, or (of a table) its own columns in turn. */
function isImplied(from: SchemaObject, to: SchemaObject): boolean {
  return from === to || isWithin(from, to) || (to.type === 'column' && isWithin(to, from));
}

function isWithin(inner: SchemaObject, outer: SchemaObject): boolean {
  if (!parentTypes(inner.type)?.includes(outer.type)) return false;
  return compareIdentity(inner.identity.slice(0, -1), outer.identity) === 0;
}
