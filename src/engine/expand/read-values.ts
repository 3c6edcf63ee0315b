import type { ExpandColumn, ExpandRequest } from '../../expand/column.ts';
import type { Values } from '../../expand/plan.ts';
import type { Session } from '../../postgres/session.ts';
import { setLocal } from '../../postgres/session-settings.ts';
import { Problem } from '../../problem/problem.ts';
import { isDatabaseError, serverErrorOf } from '../failure.ts';
import { OWN_PATH } from '../keep/own-path.ts';

/** The new type as the server writes it, every name qualified. In a transaction. Problem `expand-refused`. */
export async function typeAsWritten(session: Session, type: string, path: string): Promise<string> {
  const made = `CREATE TEMPORARY TABLE taskflow_probe (x ${type}) ON COMMIT DROP`;
  await refusing(`the type "${type}" cannot be used`, session, () =>
    session.batch([[setLocal('search_path', path), { sql: made }]]),
  );
  await session.batch([[OWN_PATH]]);
  const [row] = await session.query(
    `SELECT pg_catalog.format_type(a.atttypid, a.atttypmod) AS type FROM pg_catalog.pg_attribute AS a
WHERE a.attrelid = 'pg_temp.taskflow_probe'::pg_catalog.regclass AND a.attnum = 1`,
  );
  await session.batch([[{ sql: 'DROP TABLE pg_temp.taskflow_probe' }]]);
  return row?.type ?? type;
}

/** How values of one type become those of the other, asked of the server. In a transaction. Problem `expand-refused`. */
export async function readValues(session: Session, model: ExpandColumn, request: ExpandRequest): Promise<Values> {
  const to = request.kind === 'rename' ? model.type : request.to;
  const isSame = request.kind === 'rename';
  const there = isSame ? '' : await castFrom(session, model.type, to);
  const back = isSame ? '' : await castFrom(session, to, model.type);
  return {
    there,
    back,
    comparable: await isComparable(session, to, model, isSame),
    comparableBack: !isSame && (await isComparable(session, model.type, model, true)),
    compressible: await isCompressible(session, to),
    default: await defaultIn(session, model, to, there),
    widened: WHOLE.includes(to) && WHOLE.includes(model.type) ? to : null,
  };
}

const WHOLE = ['smallint', 'integer', 'bigint'];

async function castFrom(session: Session, from: string, to: string): Promise<string> {
  const base = withoutLength(to);
  for (const cast of [`::${base}`, `::pg_catalog.text::${base}`]) {
    const works = await tried(session, `SELECT (NULL::${from})${cast}`);
    if (works) return cast;
  }
  throw new Problem('expand-refused', `there is no way from the type ${from} to ${to}`, {
    expected: 'types that can be cast to each other, so that old and new code can write both',
    state: 'Nothing was written.',
  });
}

/** A cast to a length cuts, an assignment complains; other modifiers round in both. */
function withoutLength(type: string): string {
  const [, base, array = ''] = /^(character varying|character|bit varying|bit)\(\d+\)(\[\])?$/.exec(type) ?? [];
  if (base === undefined) return type;
  const plain = base === 'character' ? 'pg_catalog.bpchar' : base === 'bit' ? 'pg_catalog."bit"' : base;
  return `${plain}${array}`;
}

/** Types of others compare by rules of their own, and so do collations: those are compared as text. */
async function isComparable(
  session: Session,
  type: string,
  { collation }: ExpandColumn,
  isSame: boolean,
): Promise<boolean> {
  if (isSame && collation !== null) return false;
  const [row] = await session.query(
    `SELECT EXISTS (SELECT FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_opclass AS o ON o.opcintype = t.oid AND o.opcdefault
  JOIN pg_catalog.pg_am AS m ON m.oid = o.opcmethod AND m.amname = 'btree'
  WHERE t.oid = pg_catalog.to_regtype($1)
    AND t.typnamespace = 'pg_catalog'::pg_catalog.regnamespace) OR $1 IN ('character varying', 'varchar')
  OR (SELECT t.typtype = 'e' FROM pg_catalog.pg_type AS t WHERE t.oid = pg_catalog.to_regtype($1)) AS yes`,
    [bare(type)],
  );
  return row?.yes === 't';
}

async function isCompressible(session: Session, type: string): Promise<boolean> {
  const [row] = await session.query(
    `SELECT t.typstorage <> 'p' AS yes FROM pg_catalog.pg_type AS t WHERE t.oid = pg_catalog.to_regtype($1)`,
    [bare(type)],
  );
  return row?.yes === 't';
}

/** Without its modifier, which to_regtype knows of from 17 on. */
function bare(type: string): string {
  return type.replace(/\([^)]*\)/, '');
}

async function defaultIn(session: Session, model: ExpandColumn, to: string, there: string): Promise<string | null> {
  const { default: given } = model;
  if (given === null || given.volatility === 'volatile') return null;
  if (there === '') return given.text;
  if (given.volatility === 'stable') return `((${given.text})${there})`;
  const [row] = await refusing(`the default ${given.text} is no ${to}`, session, () =>
    session.query(`SELECT pg_catalog.quote_nullable((${given.text})${there}) AS value`),
  );
  return row?.value == null || row.value === 'NULL' ? null : `${row.value}::${to}`;
}

async function tried(session: Session, sql: string): Promise<boolean> {
  await session.query('SAVEPOINT tried');
  const batch = await session.runBatch([[{ sql }]]);
  await session.query(batch.failure ? 'ROLLBACK TO SAVEPOINT tried' : 'RELEASE SAVEPOINT tried');
  return batch.failure === undefined;
}

/** What the server refuses, as what it means here. */
export async function refusing<T>(message: string, session: Session, run: () => Promise<T>): Promise<T> {
  await session.query('SAVEPOINT refusing');
  try {
    const result = await run();
    await session.query('RELEASE SAVEPOINT refusing');
    return result;
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    await session.query('ROLLBACK TO SAVEPOINT refusing');
    throw new Problem('expand-refused', message, { server: serverErrorOf(error), state: 'Nothing was written.' });
  }
}
