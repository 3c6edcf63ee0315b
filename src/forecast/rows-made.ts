import { nameOf } from '../syntax/names.ts';
import { all, as, type Fields, type Node } from '../syntax/tree.ts';
import { nodesOf } from '../syntax/walk.ts';

type Select = Fields<'SelectStmt'>;

/**
 * How many rows a query makes by itself, apart from the tables that it reads: generate_series of constants in FROM or as a column,
 * by which the rows beside it are multiplied. 1 where it makes none; undefined where nobody can tell.
 */
export function rowsMade(statement: Node | undefined): number | undefined {
  const query = as('InsertStmt', statement)?.selectStmt ?? as('CreateTableAsStmt', statement)?.query;
  const select = as('SelectStmt', query);
  return select ? rowsOf(select) : 1;
}

function rowsOf(select: Select): number | undefined {
  if (select.larg || select.rarg) return sum(select.larg && rowsOf(select.larg), select.rarg && rowsOf(select.rarg));
  if (select.withClause?.recursive) return undefined;
  const named = new Map(
    all('CommonTableExpr', select.withClause?.ctes).map(({ ctename, ctequery }) => [
      ctename,
      as('SelectStmt', ctequery),
    ]),
  );
  const from = (select.fromClause ?? []).map((item) => rowsOfItem(item, named));
  const columns = all('ResTarget', select.targetList).map(({ val }) => rowsOfCall(val));
  return limited([...from, ...columns].reduce(product, 1), select.limitCount);
}

function sum(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one + other;
}

function product(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one * other;
}

function limited(rows: number | undefined, limit: Node | undefined): number | undefined {
  const most = limit && constantOf(limit);
  return typeof most === 'number' ? Math.min(rows ?? most, most) : rows;
}

/** How often it multiplies what stands beside it; a table is known by its own size. */
function rowsOfItem(item: Node, named: ReadonlyMap<string | undefined, Select | undefined>): number | undefined {
  const join = as('JoinExpr', item);
  if (join) return [join.larg, join.rarg].map((side) => (side ? rowsOfItem(side, named) : 1)).reduce(product, 1);
  const subquery = as('SelectStmt', as('RangeSubselect', item)?.subquery) ?? named.get(as('RangeVar', item)?.relname);
  if (subquery) return rowsOf(subquery);
  // Its one column is a list of the function and the columns that are named for it.
  const [called] = as('List', as('RangeFunction', item)?.functions?.[0])?.items ?? [];
  return rowsOfCall(called);
}

function rowsOfCall(node: Node | undefined): number | undefined {
  const call = as('FuncCall', node);
  if (!call || nameOf(call.funcname)?.name !== 'generate_series') return 1;
  const [start, stop, step = 1] = (call.args ?? []).map(constantOf);
  if (start === undefined || stop === undefined || step === undefined || step === 0) return undefined;
  return Math.max(0, Math.floor((stop - start) / step) + 1);
}

/** A number, or a moment or an interval in seconds. */
function constantOf(node: Node): number | undefined {
  const cast = as('TypeCast', node);
  if (cast?.arg) return constantOf(cast.arg);
  const negated = as('A_Expr', node);
  if (negated?.rexpr && !negated.lexpr && isMinus(negated.name)) {
    const value = constantOf(negated.rexpr);
    return value === undefined ? undefined : -value;
  }
  const constant = as('A_Const', node);
  if (!constant) return undefined;
  // Zero is what the parser leaves out.
  if (constant.ival) return constant.ival.ival ?? 0;
  if (constant.fval) return finite(Number(constant.fval.fval));
  return constant.sval?.sval === undefined ? undefined : quantityOf(constant.sval.sval);
}

function isMinus(name: readonly Node[] | undefined): boolean {
  return [...nodesOf('String', { List: { items: [...(name ?? [])] } })].some(({ sval }) => sval === '-');
}

const SECONDS: Readonly<Record<string, number>> = {
  second: 1,
  sec: 1,
  minute: 60,
  min: 60,
  hour: 3600,
  day: 86_400,
  week: 7 * 86_400,
  month: 30 * 86_400,
  mon: 30 * 86_400,
  year: 365 * 86_400,
};

/** `2026-01-31`, `1 day`, `500`. */
function quantityOf(text: string): number | undefined {
  const [, amount, unit = ''] = /^\s*(-?\d+(?:\.\d+)?)\s*([a-z]*?)s?\s*$/i.exec(text) ?? [];
  if (amount !== undefined) {
    if (unit === '') return Number(amount);
    const seconds = SECONDS[unit.toLowerCase()];
    return seconds === undefined ? undefined : Number(amount) * seconds;
  }
  if (!/^\d{4}-\d\d-\d\d/.test(text)) return undefined;
  const moment = finite(Date.parse(text));
  return moment === undefined ? undefined : moment / 1000;
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
