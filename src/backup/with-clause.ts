import { firstBracketed, outermost } from '../sql/outermost.ts';
import { as, type Fields, type Node, typeOf } from '../syntax/tree.ts';
import { nodesOf } from '../syntax/walk.ts';

/** A statement with the parts of its WITH clause, by which it can be asked apart from them. */
export interface Parted {
  /** INSERT, UPDATE, DELETE and MERGE of it: those inside WITH, then its own. */
  readonly changing: readonly Changing[];
}

/** One statement that changes rows. */
export interface Changing {
  readonly node: Node;
  readonly sql: string;
  /** WITH and the queries before it that it may ask; undefined: it asks what another part changes. */
  readonly withClause: string | undefined;
}

interface Query {
  readonly name: string;
  /** As written: `a (x) AS (SELECT 1)`. */
  readonly text: string;
  readonly inner: string;
  readonly node: Node;
  /** It changes rows, or asks one that does. */
  readonly tainted: boolean;
}

const CHANGING: ReadonlySet<string> = new Set(['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt']);

/** Undefined where the clause cannot be told apart. */
export function parted(node: Node, sql: string): Parted | undefined {
  const clause = withClauseOf(node);
  const own = CHANGING.has(typeOf(node));
  if (!clause) return { changing: own ? [{ node, sql, withClause: '' }] : [] };
  const queries = queriesOf(clause, sql);
  const main = outermost(sql).find(({ word }) => MAIN.has(word));
  if (!queries || !main) return undefined;
  const all = [
    ...queries.filter((one) => CHANGING.has(typeOf(one.node))).map((one) => ({ node: one.node, sql: one.inner })),
    ...(own ? [{ node: withoutWith(node), sql: sql.slice(main.token.start) }] : []),
  ];
  if (all.some((one) => withClauseOf(one.node) !== undefined)) return undefined;
  const tainted = queries.filter((one) => one.tainted).map(({ name }) => name);
  const asked = queries.filter((one) => !one.tainted).map(({ text }) => text);
  const written = asked.length === 0 ? '' : `WITH ${clause.recursive ? 'RECURSIVE ' : ''}${asked.join(', ')}`;
  return { changing: all.map((one) => ({ ...one, withClause: asks(one.node, tainted) ? undefined : written })) };
}

const MAIN: ReadonlySet<string> = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'VALUES', 'TABLE']);

function withClauseOf(node: Node): Fields<'WithClause'> | undefined {
  const one =
    as('SelectStmt', node) ??
    as('InsertStmt', node) ??
    as('UpdateStmt', node) ??
    as('DeleteStmt', node) ??
    as('MergeStmt', node);
  return one?.withClause;
}

function withoutWith(node: Node): Node {
  const type = typeOf(node);
  const { withClause: _, ...fields } = (as(type, node) ?? {}) as { readonly withClause?: unknown };
  return { [type]: fields } as Node;
}

/** The queries of a clause: they stand between the commas outside brackets. */
function queriesOf({ ctes = [] }: Fields<'WithClause'>, sql: string): Query[] | undefined {
  const parts = outermost(sql);
  const first = parts[1]?.word === 'RECURSIVE' ? parts[2] : parts[1];
  const main = parts.findIndex(({ word }) => MAIN.has(word));
  const commas = parts.slice(0, main).filter(({ word }) => word === ',');
  if (!first || main < 0 || commas.length !== ctes.length - 1) return undefined;
  const bounds = [first.token.start, ...commas.map(({ token }) => token.end)];
  const queries: Query[] = [];
  for (const [i, cte] of ctes.entries()) {
    const { ctename: name = '', ctequery: node } = as('CommonTableExpr', cte) ?? {};
    const start = bounds[i]!;
    const end = commas[i]?.token.start ?? parts[main]!.token.start;
    const as_ = parts.find(({ word, token }) => word === 'AS' && token.start >= start);
    const inner = as_ && firstBracketed(sql, as_.token.end);
    if (!node || !inner) return undefined;
    const before = queries.filter((one) => one.tainted).map((one) => one.name);
    const tainted = CHANGING.has(typeOf(node)) || asks(node, before);
    queries.push({ name, text: sql.slice(start, end).trim(), inner: sql.slice(inner.start, inner.end), node, tainted });
  }
  return queries;
}

function asks(node: Node, names: readonly string[]): boolean {
  return nodesOf('RangeVar', node).some(({ relname = '', schemaname }) => !schemaname && names.includes(relname));
}
