/** What files tell of a schema beside what the server's catalogs say of it. */
import { atFileStart, learn } from '../../src/known/learn.ts';
import { KnownSchema } from '../../src/known/schema.ts';
import type { KnownTable } from '../../src/known/table.ts';
import { typeText } from '../../src/known/types.ts';
import type { Migration } from '../../src/migration/migration.ts';
import { loadParser, loadPlpgsqlParser } from '../../src/parser/parser.ts';
import { isTree } from '../../src/syntax/tree.ts';
import type { TestDatabase } from '../support/servers.ts';

/** All that the statements of these files tell, one after the other. */
export async function learnAll(migrations: readonly Migration[]): Promise<KnownSchema> {
  const [parse, parsePlpgsql] = [await loadParser(), await loadPlpgsqlParser()];
  let known = new KnownSchema();
  for (const { version, statements } of migrations) {
    known = atFileStart(known);
    statements.forEach(({ sql }, statement) => {
      for (const one of [sql, ...insideDo(parsePlpgsql, sql)]) {
        const parsed = parse(one);
        if (isTree(parsed)) known = learn(known, parsed, { version, statement });
      }
    });
  }
  return known;
}

/** The statements of a DO block, whatever they wait for. */
function insideDo(parse: (sql: string) => unknown, sql: string): string[] {
  const block = /^DO\s+(\$\w*\$[\s\S]*)$/i.exec(sql)?.[1];
  if (block === undefined) return [];
  const tree = parse(`CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS ${block}`);
  return [...JSON.stringify(tree).matchAll(/"PLpgSQL_stmt_execsql":\{.*?"query":("(?:[^"\\]|\\.)*")/g)].map(
    ([, query]) => JSON.parse(query!) as string,
  );
}

/** As lines: tables, their columns, constraints and indexes, enums, domains. */
export function linesOf(known: KnownSchema): string[] {
  const tables = [...known.tables()].filter(({ kind }) => kind !== 'sequence' && kind !== 'composite type');
  const types = [...known.contents.types.values()].map((type) => {
    const name = `${type.name.schema}.${type.name.name}`;
    if (type.kind === 'enum') return `enum ${name} ${[...type.labels.keys()].join()}`;
    if (type.kind === 'domain')
      return `domain ${name} ${typeText(type.base)} ${type.notNull} ${[...type.constraints.keys()].sort().join()}`;
    return `type ${name}`;
  });
  const sequences = [...known.tables()]
    .filter(({ kind }) => kind === 'sequence')
    .map(
      ({ name, ownedBy }) =>
        `sequence ${name.schema}.${name.name} ${ownedBy ? `${ownedBy.table.schema}.${ownedBy.table.name}.${ownedBy.column}` : ''}`,
    );
  return [...tables.flatMap(linesOfTable), ...types, ...sequences].sort();
}

function linesOfTable(table: KnownTable): string[] {
  const name = `${table.name.schema}.${table.name.name}`;
  const isView = table.kind.endsWith('view');
  const columns = [...table.columns.values()].map((column) =>
    isView
      ? `column ${name}.${column.name}`
      : `column ${name}.${column.name} ${column.type ? typeText(column.type) : '?'}${column.notNull ? ' not null' : ''}${column.identity ? ' identity' : ''} ${column.generated ?? ''}`.trim(),
  );
  const constraints = [...table.constraints.values()]
    .filter(({ type }) => type !== 'not null')
    .map((one) =>
      `constraint ${name}.${one.name} ${one.type} (${one.type === 'check' ? [...one.columns].sort() : one.columns}) ${one.validated} ${one.references ? `${one.references.table.schema}.${one.references.table.name} (${one.references.columns}) ${one.onDelete ?? ''}` : ''}`.trim(),
    );
  const indexes = [...table.indexes.values()].map((one) =>
    `index ${table.name.schema}.${one.name} on ${name} ${one.method} (${one.columns.map((column) => column ?? '-')}) include (${one.included}) unique ${one.unique} partial ${one.partial} valid ${one.valid} plain ${one.plain} ${one.constraint ?? ''}`.trim(),
  );
  const parents = [table.partitionOf, ...table.inherits].flatMap((one) => (one ? [`${one.schema}.${one.name}`] : []));
  return [
    `${table.kind} ${name} ${table.rowSecurity} (${[...table.policies].sort()}) of (${parents}) by (${(table.partitionedBy ?? []).map((one) => one ?? '-')}) ${table.isDefault ? 'default' : ''}`.trim(),
    ...(isView && !table.complete ? [] : columns),
    ...constraints,
    ...indexes,
  ];
}

/** The SQL of a type as `typeText` writes it. Those of extensions are there by their names alone: files do not say their schema. */
const TYPE = (
  oid: string,
  typmod: string,
) => `(SELECT CASE WHEN bn.nspname = 'pg_catalog' OR NOT ${NO_MEMBER('pg_type', 'bt.oid')} THEN ''
      ELSE bn.nspname || '.' END || bt.typname || CASE
      WHEN ${typmod} < 0 THEN ''
      WHEN bt.typname IN ('varchar', 'bpchar') THEN '(' || ${typmod} - 4 || ')'
      WHEN bt.typname = 'numeric' THEN '(' || (((${typmod} - 4) >> 16) & 65535) || ', ' || ((${typmod} - 4) & 2047) || ')'
      ELSE '(' || ${typmod} || ')' END
    || CASE WHEN ot.typelem <> 0 AND ot.typcategory = 'A' THEN '[]' ELSE '' END
  FROM pg_catalog.pg_type AS ot
  JOIN pg_catalog.pg_type AS bt ON bt.oid = CASE WHEN ot.typelem <> 0 AND ot.typcategory = 'A' THEN ot.typelem ELSE ot.oid END
  JOIN pg_catalog.pg_namespace AS bn ON bn.oid = bt.typnamespace WHERE ot.oid = ${oid})`;

const names = (
  array: string,
  rel: string,
) => `coalesce((SELECT string_agg(CASE WHEN k.num = 0 THEN '-' ELSE ka.attname END, ',' ORDER BY k.at)
  FROM unnest(${array}) WITH ORDINALITY AS k (num, at) LEFT JOIN pg_catalog.pg_attribute AS ka ON ka.attrelid = ${rel} AND ka.attnum = k.num), '')`;

const NO_MEMBER = (catalog: string, oid: string) =>
  `NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d WHERE d.classid = '${catalog}'::pg_catalog.regclass AND d.objid = ${oid} AND d.deptype = 'e')`;

const OWN = (alias = 'n') => `${alias}.nspname !~ '^pg_' AND ${alias}.nspname <> 'information_schema'`;

/** The same lines, by the catalogs. */
export async function linesOfServer(database: TestDatabase): Promise<string[]> {
  const queries = [
    `SELECT CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END
      || ' ' || n.nspname || '.' || c.relname || ' ' || c.relrowsecurity
      || ' (' || coalesce((SELECT string_agg(polname, ',' ORDER BY polname COLLATE "C") FROM pg_catalog.pg_policy WHERE polrelid = c.oid), '') || ') of ('
      || coalesce((SELECT string_agg(pn.nspname || '.' || p.relname, ',' ORDER BY inhseqno) FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS p ON p.oid = i.inhparent
        JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.relnamespace WHERE i.inhrelid = c.oid), '') || ') by ('
      || coalesce((SELECT ${names('pt.partattrs::int2[]', 'c.oid')} FROM pg_catalog.pg_partitioned_table AS pt WHERE pt.partrelid = c.oid), '') || ')'
      || CASE WHEN pg_catalog.pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT' THEN ' default' ELSE '' END
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND ${OWN()} AND ${NO_MEMBER('pg_class', 'c.oid')}`,
    `SELECT 'column ' || n.nspname || '.' || c.relname || '.' || a.attname || CASE WHEN c.relkind IN ('v', 'm') THEN '' ELSE ' ' || ${TYPE('a.atttypid', 'a.atttypmod')}
      || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END || CASE WHEN a.attidentity <> '' THEN ' identity' ELSE '' END
      || CASE a.attgenerated WHEN 's' THEN ' stored' WHEN 'v' THEN ' virtual' ELSE '' END END
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND ${OWN()} AND ${NO_MEMBER('pg_class', 'c.oid')} AND a.attnum > 0 AND NOT a.attisdropped`,
    `SELECT 'constraint ' || n.nspname || '.' || c.relname || '.' || k.conname || ' '
      || CASE k.contype WHEN 'c' THEN 'check' WHEN 'f' THEN 'foreign key' WHEN 'u' THEN 'unique' WHEN 'p' THEN 'primary key' ELSE 'exclusion' END || ' ('
      || CASE k.contype WHEN 'c' THEN coalesce((SELECT string_agg(attname, ',' ORDER BY attname COLLATE "C") FROM pg_catalog.pg_attribute WHERE attrelid = c.oid AND attnum = ANY (k.conkey)), '')
         ELSE ${names('array_remove(k.conkey, 0::int2)', 'c.oid')} END || ') ' || k.convalidated
      || CASE WHEN k.contype = 'f' THEN (SELECT ' ' || fn.nspname || '.' || f.relname || ' (' || ${names('k.confkey', 'f.oid')} || ')' || CASE k.confdeltype WHEN 'c' THEN ' cascade' WHEN 'n' THEN ' set null' WHEN 'd' THEN ' set default' ELSE '' END
          FROM pg_catalog.pg_class AS f JOIN pg_catalog.pg_namespace AS fn ON fn.oid = f.relnamespace WHERE f.oid = k.confrelid) ELSE '' END
    FROM pg_catalog.pg_constraint AS k JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE ${OWN()} AND ${NO_MEMBER('pg_class', 'c.oid')} AND k.contype IN ('c', 'f', 'u', 'p', 'x')
      AND NOT (k.contype = 'f' AND k.conparentid <> 0 AND k.confrelid IN (SELECT inhrelid FROM pg_catalog.pg_inherits))`,
    `SELECT 'index ' || n.nspname || '.' || i.relname || ' on ' || n.nspname || '.' || c.relname || ' ' || am.amname
      || ' (' || ${names('(x.indkey::int2[])[0:x.indnkeyatts - 1]', 'c.oid')} || ') include (' || ${names('(x.indkey::int2[])[x.indnkeyatts:]', 'c.oid')} || ')'
      || ' unique ' || x.indisunique || ' partial ' || (x.indpred IS NOT NULL) || ' valid ' || x.indisvalid
      || ' plain ' || (NOT EXISTS (SELECT FROM generate_series(0, x.indnkeyatts - 1) AS g JOIN pg_catalog.pg_opclass AS o ON o.oid = x.indclass[g]
           LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = x.indkey[g]
         WHERE NOT o.opcdefault OR x.indoption[g] <> 0 OR (a.attnum IS NOT NULL AND x.indcollation[g] <> 0 AND x.indcollation[g] <> a.attcollation)))
      || coalesce((SELECT ' ' || k.conname FROM pg_catalog.pg_constraint AS k WHERE k.conindid = i.oid AND k.contype IN ('u', 'p', 'x') AND k.conrelid = c.oid), '')
    FROM pg_catalog.pg_index AS x JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid JOIN pg_catalog.pg_am AS am ON am.oid = i.relam
    JOIN pg_catalog.pg_class AS c ON c.oid = x.indrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE ${OWN()} AND ${NO_MEMBER('pg_class', 'c.oid')}`,
    `SELECT CASE t.typtype WHEN 'e' THEN 'enum ' || n.nspname || '.' || t.typname || ' ' || (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_catalog.pg_enum WHERE enumtypid = t.oid)
      WHEN 'd' THEN 'domain ' || n.nspname || '.' || t.typname || ' ' || ${TYPE('t.typbasetype', 't.typtypmod')} || ' ' || t.typnotnull
        || ' ' || coalesce((SELECT string_agg(conname, ',' ORDER BY conname COLLATE "C") FROM pg_catalog.pg_constraint WHERE contypid = t.oid AND contype = 'c'), '')
      ELSE 'type ' || n.nspname || '.' || t.typname END
    FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
    WHERE t.typtype IN ('e', 'd', 'r') AND ${OWN()} AND ${NO_MEMBER('pg_type', 't.oid')}`,
    `SELECT 'sequence ' || n.nspname || '.' || c.relname || ' ' || coalesce((SELECT tn.nspname || '.' || t.relname || '.' || a.attname
        FROM pg_catalog.pg_depend AS d JOIN pg_catalog.pg_class AS t ON t.oid = d.refobjid JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.relnamespace
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i') AND d.refclassid = d.classid), '')
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind = 'S' AND ${OWN()} AND ${NO_MEMBER('pg_class', 'c.oid')}`,
  ];
  const answers = await Promise.all(queries.map((sql) => database.sql(sql)));
  return answers.flatMap((rows) => rows.map(([line]) => line ?? '?')).sort();
}
