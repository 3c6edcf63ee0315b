import type { KnownTable } from '../../known/table.ts';
import { nameOf, stringsOf } from '../../syntax/names.ts';
import { as, type Node } from '../../syntax/tree.ts';
import { nodesOf } from '../../syntax/walk.ts';
import type { Subject } from '../rule.ts';
import { conjuncts, type DataChange, isWrittenOut, limitedSelects } from './changed-rows.ts';

/** How many rows a change can be about: all of them, those that one batch or one key says, or nobody knows how many. */
export type Reach = 'all' | 'bounded' | 'many';

/** Batches of so many rows took 1.6 s on two cores, and stalled writers for as long (measured on PostgreSQL 15). */
const BATCH_MAX = 50_000;

/** What rows a change of that statement can be about: several rules ask. */
export function reachOf(subject: Subject, change: DataChange): Reach {
  if (last?.subject !== subject || last.change !== change)
    last = { subject, change, reach: findReach(subject, change) };
  return last.reach;
}

let last: { readonly subject: Subject; readonly change: DataChange; readonly reach: Reach } | undefined;

function findReach(subject: Subject, change: DataChange): Reach {
  const { where, joined } = change;
  if (joined.length > 0) return isBoundedJoin(subject, change) ? 'bounded' : 'many';
  if (!where) return 'all';
  return isBounded(subject, change) ? 'bounded' : 'many';
}

function isBoundedJoin(subject: Subject, change: DataChange): boolean {
  if (change.joined.every(isWrittenOut)) return true;
  // WITH batch AS (SELECT ... LIMIT 1000) UPDATE ... FROM batch
  const batches = nodesOf('CommonTableExpr', subject.tree?.node).flatMap(({ ctename, ctequery }) =>
    limitedSelects(ctequery).some(({ limitCount }) => isBatch(limitCount)) ? [ctename] : [],
  );
  return change.joined.every((one) => batches.includes(as('RangeVar', one)?.relname));
}

function isBounded(subject: Subject, change: DataChange): boolean {
  const parts = conjuncts(change.where);
  const columns = new Comparisons(subject, change, parts);
  return (
    parts.some((part) => as('CurrentOfExpr', part) || as('A_Const', part)?.boolval?.boolval === false) ||
    parts.some((part) => limitedSelects(part).some(({ limitCount }) => isBatch(limitCount))) ||
    columns.holdKey(subject.known.table(change.table)) ||
    columns.holdRange()
  );
}

/** A constant that is not too large, or something that is known only when it runs. */
function isBatch(limit: Node | undefined): boolean {
  const constant = as('A_Const', limit);
  return constant === undefined || (constant.isnull !== true && (constant.ival?.ival ?? 0) <= BATCH_MAX);
}

interface Bounds {
  low?: Node;
  high?: Node;
}

/** What a condition asks of each column. */
class Comparisons {
  readonly #subject: Subject;
  readonly #change: DataChange;
  readonly #equal = new Set<string>();
  readonly #ranges = new Map<string, Bounds>();

  constructor(subject: Subject, change: DataChange, parts: readonly Node[]) {
    this.#subject = subject;
    this.#change = change;
    for (const part of parts) this.#read(part);
  }

  /** Each column of a unique key is given; of a table that is not known, `id`. */
  holdKey(table: KnownTable | undefined): boolean {
    if (!table?.complete) return ['id', 'uuid', 'ctid'].some((column) => this.#equal.has(column));
    const keys = [...table.constraints.values()].filter(({ type }) => type === 'primary key' || type === 'unique');
    const indexes = [...table.indexes.values()].filter(({ unique, partial }) => unique && !partial);
    return [...keys, ...indexes].some(
      ({ columns }) => columns.length > 0 && columns.every((column) => column !== undefined && this.#equal.has(column)),
    );
  }

  /** A range with two ends: of constants that are close, or of variables of a loop. */
  holdRange(): boolean {
    return [...this.#ranges.values()].some(({ low, high }) => {
      if (!low || !high) return false;
      const [from, to] = [numberOf(low), numberOf(high)];
      if (from !== undefined && to !== undefined) return to - from <= BATCH_MAX;
      return this.#subject.loop !== undefined;
    });
  }

  #read(part: Node): void {
    const comparison = as('A_Expr', part);
    if (!comparison) return;
    const { kind, lexpr, rexpr } = comparison;
    const operator = nameOf(comparison.name)?.name ?? '';
    if (kind === 'AEXPR_BETWEEN') this.#between(lexpr, rexpr);
    else if (kind === 'AEXPR_OP' || kind === 'AEXPR_IN' || kind === 'AEXPR_OP_ANY') {
      this.#compare(operator, lexpr, rexpr);
      this.#compare(MIRRORED[operator] ?? operator, rexpr, lexpr);
    }
  }

  #between(expression: Node | undefined, ends: Node | undefined): void {
    const column = this.#column(expression);
    const [low, high] = as('List', ends)?.items ?? [];
    if (column === undefined || !low || !high) return;
    this.#ranges.set(column, { low, high });
  }

  #compare(operator: string, expression: Node | undefined, value: Node | undefined): void {
    const column = this.#column(expression);
    if (column === undefined || !value || !this.#isGiven(value)) return;
    if (operator === '=') this.#equal.add(column);
    const bounds = this.#ranges.get(column) ?? {};
    if (operator === '>' || operator === '>=') this.#ranges.set(column, { ...bounds, low: value });
    if (operator === '<' || operator === '<=') this.#ranges.set(column, { ...bounds, high: value });
  }

  /** The name of a column of the table that is changed. */
  #column(expression: Node | undefined): string | undefined {
    const names = stringsOf(as('ColumnRef', expression)?.fields);
    const name = names.at(-1);
    if (name === undefined || names.length > 2) return undefined;
    if (names.length === 2) return this.#change.qualifiers.includes(names[0] ?? '') ? name : undefined;
    const table = this.#subject.known.table(this.#change.table);
    const isVariable = this.#subject.inside !== undefined && table?.complete === true && !table.columns.has(name);
    return isVariable ? undefined : name;
  }

  /** It does not come from the row itself, and is one value or a list that stands there. */
  #isGiven(value: Node): boolean {
    const references = nodesOf('ColumnRef', value).map(({ fields }) => stringsOf(fields));
    if (references.length > 0 && this.#subject.inside === undefined) return false;
    if (references.some((names) => this.#isOfRow(names))) return false;
    return nodesOf('SubLink', value).every(({ subLinkType }) => subLinkType === 'EXPR_SUBLINK');
  }

  /** Inside a body, a name that is no column is a variable. */
  #isOfRow(names: readonly string[]): boolean {
    const [first = '', second] = names;
    if (second !== undefined) return this.#change.qualifiers.includes(first);
    return this.#subject.known.table(this.#change.table)?.columns.has(first) ?? false;
  }
}

const MIRRORED: Readonly<Record<string, string>> = { '<': '>', '>': '<', '<=': '>=', '>=': '<=' };

function numberOf(node: Node): number | undefined {
  const constant = as('A_Const', node);
  if (constant?.ival) return constant.ival.ival ?? 0;
  return constant?.fval?.fval === undefined ? undefined : Number(constant.fval.fval);
}
