import type { ExpandArguments } from '../../expand/argument.ts';
import type { ExpandColumn } from '../../expand/column.ts';
import type { Session } from '../../postgres/session.ts';
import { setLocal } from '../../postgres/session-settings.ts';
import { Problem } from '../../problem/problem.ts';
import { displayIdentifier, quoteQualified } from '../../sql/quote.ts';
import { OWN_PATH } from '../keep/own-path.ts';
import { columnQuery } from './column-query.ts';

/** The column that is meant, in a transaction. `path`: where a table without a schema is looked for. Problem `expand-refused`. */
export async function readColumn(
  session: Session,
  versionNum: number,
  wanted: ExpandArguments,
  path: string,
): Promise<ExpandColumn> {
  const named =
    wanted.schema === undefined ? quoteQualified(wanted.table) : quoteQualified(wanted.schema, wanted.table);
  await session.batch([[setLocal('search_path', path)]]);
  const [relation] = await session.query(
    `SELECT n.nspname AS schema, c.relname AS name FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.oid = pg_catalog.to_regclass($1)`,
    [named],
  );
  await session.batch([[OWN_PATH]]);
  if (!relation) throw absent(`the table ${shown(wanted.schema, wanted.table)} is not there`);
  const params = [relation.schema ?? '', relation.name ?? '', wanted.column];
  const [row] = await session.query(columnQuery(versionNum), params);
  if (!row)
    throw absent(
      `${shown(relation.schema ?? '', relation.name ?? '')} has no column ${displayIdentifier(wanted.column)}`,
    );
  return {
    serverVersionNum: versionNum,
    ...JSON.parse(row.one ?? '{}'),
    ...JSON.parse(row.other ?? '{}'),
  } as ExpandColumn;
}

function shown(...names: readonly (string | undefined)[]): string {
  return names.flatMap((name) => (name === undefined ? [] : [displayIdentifier(name)])).join('.');
}

function absent(message: string): Problem {
  return new Problem('expand-refused', message, {
    expected: 'a table and a column of the database',
    state: 'Nothing was written.',
    next: ['Name them as in SQL: TABLE.COLUMN or SCHEMA.TABLE.COLUMN'],
  });
}
