import { canonicalNeeds } from '../catalog/canonical.ts';
import { parentTypes } from '../catalog/object-types.ts';
import { compareIdentity, type Dependence, keyOf, type Need, type SchemaObject } from '../catalog/snapshot.ts';
import { FIRST_OWN_OID, type Part } from './part.ts';

/** By what pg_depend knows an object: name of the catalog, OID, number of a column or 0. */
export type Address = readonly [catalog: string, oid: string, column: string];

/** Stands for an array its element, for the type of a table's rows the table, for a multirange its range. */
const TYPES = (
  alias: string,
  row: string,
  major: number,
) => `LEFT JOIN pg_type AS ${alias}a ON ${row}classid = 'pg_type'::regclass
  AND ${alias}a.oid = ${row}objid
LEFT JOIN pg_type AS ${alias} ON ${alias}.oid = CASE WHEN ${alias}a.typcategory = 'A' AND ${alias}a.typelem <> 0 THEN ${alias}a.typelem ELSE ${alias}a.oid END
LEFT JOIN pg_class AS ${alias}r ON ${alias}r.oid = ${alias}.typrelid AND ${alias}r.relkind <> 'c'${
  major < 14
    ? ''
    : `\nLEFT JOIN pg_range AS ${alias}m ON ${alias}m.rngmultitypid = ${alias}.oid AND ${alias}.typtype = 'm'`
}`;

const typeOid = (alias: string, major: number) =>
  `coalesce(${alias}r.oid, ${major < 14 ? '' : `${alias}m.rngtypid, `}${alias}.oid)`;

/** What depends: a default stands for its column, the rule behind a view for the view, a composite type's row for the type. */
const DEPENDENT = `CASE WHEN ad.oid IS NOT NULL THEN ARRAY['pg_class', ad.adrelid::text, ad.adnum::text]
    WHEN w.oid IS NOT NULL THEN ARRAY['pg_class', w.ev_class::text, '0']
    WHEN dc.relkind = 'c' AND d.objsubid = 0 THEN ARRAY['pg_type', dc.reltype::text, '0']
    ELSE ARRAY[k.relname::text, d.objid::text, d.objsubid::text] END`;

const referenced = (major: number) => `CASE WHEN tr.oid IS NOT NULL THEN ARRAY['pg_class', tr.oid::text, '0']
    WHEN t.oid IS NOT NULL THEN ARRAY['pg_type', ${typeOid('t', major)}::text, '0']
    WHEN rad.oid IS NOT NULL THEN ARRAY['pg_class', rad.adrelid::text, rad.adnum::text]
    WHEN rc.relkind = 'c' AND d.refobjsubid = 0 THEN ARRAY['pg_type', rc.reltype::text, '0']
    ELSE ARRAY[rk.relname::text, d.refobjid::text, d.refobjsubid::text] END`;

/**
 * The rows of pg_depend as objects whose identity is `how` and two addresses. `more`: a role that may not read them may not
 * read anything else either, and that is said there.
 */
export function dependencies(major: number): Part {
  return {
    type: 'schema',
    more: true,
    dependencies: true,
    from: `pg_depend AS d
JOIN pg_class AS k ON k.oid = d.classid
JOIN pg_class AS rk ON rk.oid = d.refclassid
LEFT JOIN pg_attrdef AS ad ON d.classid = 'pg_attrdef'::regclass AND ad.oid = d.objid
LEFT JOIN pg_attrdef AS rad ON d.refclassid = 'pg_attrdef'::regclass AND rad.oid = d.refobjid
LEFT JOIN pg_attribute AS g ON g.attrelid = ad.adrelid AND g.attnum = ad.adnum
LEFT JOIN pg_rewrite AS w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid AND w.rulename = '_RETURN'
LEFT JOIN pg_class AS dc ON d.classid = 'pg_class'::regclass AND dc.oid = d.objid
LEFT JOIN pg_class AS rc ON d.refclassid = 'pg_class'::regclass AND rc.oid = d.refobjid
${TYPES('t', 'd.ref', major)}
WHERE d.objid >= ${FIRST_OWN_OID} AND d.refobjid >= ${FIRST_OWN_OID} AND d.deptype IN ('n', 'a', 'i', 'P')
  AND d.refclassid NOT IN ('pg_namespace'::regclass, 'pg_extension'::regclass)
  AND NOT (d.classid = 'pg_type'::regclass AND d.deptype = 'i')
  AND (dc.relkind IS NULL OR dc.relkind <> 't')`,
    identity: `to_json(ARRAY[CASE WHEN ad.oid IS NOT NULL THEN CASE WHEN g.attgenerated = '' THEN 'default needs' ELSE 'needs' END
    WHEN d.deptype = 'n' THEN 'needs' ELSE 'falls with' END] || ${DEPENDENT} || ${referenced(major)})`,
    properties: {},
  };
}

/** The objects with what they need; what depends on itself, or on what is in no snapshot, is left out. */
export function withNeeds(
  objects: readonly SchemaObject[],
  addresses: ReadonlyMap<SchemaObject, Address>,
  rows: readonly SchemaObject[],
): SchemaObject[] {
  const found = new Map([...addresses].map(([one, address]) => [address.join(' '), one]));
  const needs = new Map<string, Need[]>();
  for (const { identity } of rows) {
    const [from, to] = [found.get(identity.slice(1, 4).join(' ')), found.get(identity.slice(4).join(' '))];
    if (!from || !to || isImplied(from, to)) continue;
    const list = needs.get(keyOf(from)) ?? [];
    list.push([identity[0] as Dependence, to.type, ...to.identity]);
    needs.set(keyOf(from), list);
  }
  return objects.map((one) => {
    const list = needs.get(keyOf(one));
    return list === undefined ? one : { ...one, needs: canonicalNeeds(list) };
  });
}

/** The same object, what it belongs to by its name, or (of a table) its own columns in turn. */
function isImplied(from: SchemaObject, to: SchemaObject): boolean {
  return from === to || isWithin(from, to) || (to.type === 'column' && isWithin(to, from));
}

function isWithin(inner: SchemaObject, outer: SchemaObject): boolean {
  if (!parentTypes(inner.type)?.includes(outer.type)) return false;
  return compareIdentity(inner.identity.slice(0, -1), outer.identity) === 0;
}
