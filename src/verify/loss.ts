/** One row: texts of its columns' values, in their order. */
export type RowTexts = readonly (string | null)[];

/** The rows of a table at one moment. */
export interface TableRows {
  readonly oid: string;
  /** As people write it. */
  readonly name: string;
  /** Of a partition, the table that it is a part of. */
  readonly root?: string;
  /** Those that somebody writes: not the generated ones. `number`: attnum. */
  readonly columns: readonly { readonly name: string; readonly number: number }[];
  /** Names of the columns of its primary key. */
  readonly key: readonly string[];
  readonly rows: readonly RowTexts[];
}

export interface Seen {
  /** Before the migration, sample rows included. */
  readonly before: readonly TableRows[];
  /** So many of those rows are sample rows, by OID. */
  readonly sampledBefore: ReadonlyMap<string, number>;
  /** What was entered while it was applied: rows of the tables as they were then. */
  readonly entered: readonly TableRows[];
  /** Behind its rollback. */
  readonly after: readonly TableRows[];
}

/** Something that does not come back. */
export interface Loss {
  readonly table: string;
  /** Its values, or the rows themselves where absent. */
  readonly column?: string;
  readonly count: number;
  readonly of: number;
  /** Only sample rows are counted. */
  readonly samples: boolean;
  /** `entered`: while the migration was applied; else it stood there before. */
  readonly entered: boolean;
  /** The whole table, or column, is gone with the rollback. */
  readonly whole: boolean;
}

export interface Left {
  readonly table: string;
  readonly rows: number;
}

export interface DataDifference {
  readonly losses: readonly Loss[];
  /** Rows that nobody but the migration has brought in, and that its rollback leaves. */
  readonly left: readonly Left[];
}

/** What became of rows on the way there and back. */
export function dataDifference({ before, sampledBefore, entered, after }: Seen): DataDifference {
  const open = new Map(after.map((table) => [table, [...table.rows]]));
  const stood = before.flatMap((table) => {
    const samples = sampledBefore.get(table.oid) === table.rows.length;
    return lossesOf(table, counterpart(table, after), open, { samples, entered: false });
  });
  const since = entered.flatMap((table) =>
    lossesOf(table, counterpart(table, after), open, { samples: true, entered: true }),
  );
  const told = (loss: Loss) => stood.some((one) => one.table === loss.table && one.column === loss.column);
  const losses = together([...stood, ...since.filter((loss) => !told(loss))]);
  const older = new Set(before.map((table) => counterpart(table, after)));
  const left = [...open].flatMap(([table, rows]) =>
    rows.length > 0 && older.has(table) ? [{ table: table.root ?? table.name, rows: rows.length }] : [],
  );
  return { losses, left };
}

/** Those of a table's partitions as one. */
function together(losses: readonly Loss[]): Loss[] {
  const found = new Map<string, Loss>();
  for (const loss of losses) {
    const { count, of, ...rest } = loss;
    const text = JSON.stringify(rest);
    const known = found.get(text);
    found.set(text, known ? { ...known, count: known.count + count, of: known.of + of } : loss);
  }
  return [...found.values()];
}

function counterpart(table: TableRows, others: readonly TableRows[]): TableRows | undefined {
  return others.find(({ oid }) => oid === table.oid) ?? others.find(({ name }) => name === table.name);
}

type Open = ReadonlyMap<TableRows, RowTexts[]>;
type Kind = Pick<Loss, 'samples' | 'entered'>;

/** Takes the rows that it finds again out of the open ones. */
function lossesOf(table: TableRows, then: TableRows | undefined, open: Open, kind: Kind): Loss[] {
  const of = table.rows.length;
  if (of === 0) return [];
  const loss = { table: table.root ?? table.name, of, ...kind };
  if (!then) return [{ ...loss, table: table.name, count: of, whole: true }];
  const columns = columnPairs(table, then);
  const pairs = pairRows(table, columns, open.get(then)!);
  const gone = of - pairs.length;
  const values = table.columns.flatMap(({ name }, at): Loss[] => {
    const to = columns[at];
    const count =
      to === undefined
        ? lostWith(pairs, at, then, columns)
        : pairs.filter(([a, b]) => !isSameValue(a[at]!, b[to]!)).length;
    return count === 0 ? [] : [{ ...loss, column: name, count, whole: to === undefined }];
  });
  return [...(gone > 0 ? [{ ...loss, count: gone, whole: false }] : []), ...values];
}

/** For each column its place among the other table's columns. */
function columnPairs(table: TableRows, then: TableRows): (number | undefined)[] {
  return table.columns.map(({ name, number }) => {
    const same = table.oid === then.oid ? then.columns.findIndex((one) => one.number === number) : -1;
    const at = same >= 0 ? same : then.columns.findIndex((one) => one.name === name);
    return at < 0 ? undefined : at;
  });
}

/** A type that writes the same value in another way loses nothing: `1.50` and `1.5`, a time with and without its zone (UTC). */
function isSameValue(a: string | null, b: string | null): boolean {
  return settled(a) === settled(b);
}

function settled(text: string | null): string | null {
  if (text === null) return null;
  if (/^-?\d+\.\d+$/.test(text)) return text.replace(/\.?0+$/, '');
  return text.replace(/(?<=:\d\d(?:\.\d+)?)\+00$/, '').trimEnd();
}

type Pair = readonly [before: RowTexts, after: RowTexts];

/** Values of a column that is gone, unless another one that has come holds them all. */
function lostWith(
  pairs: readonly Pair[],
  at: number,
  then: TableRows,
  columns: readonly (number | undefined)[],
): number {
  const count = pairs.filter(([row]) => row[at] !== null).length;
  const moved = then.columns.some(
    (_, to) => !columns.includes(to) && pairs.every(([a, b]) => isSameValue(a[at]!, b[to]!)),
  );
  return moved ? 0 : count;
}

/** Of so many rows without a counterpart, each is compared with each. */
const COMPARED_MAX = 300;

function pairRows(table: TableRows, columns: readonly (number | undefined)[], open: RowTexts[]): readonly Pair[] {
  const both = columns.flatMap((to, from) => (to === undefined ? [] : [[from, to] as const]));
  const whole = byText(table.rows, open, both);
  const keys = both.filter(([from]) => table.key.includes(table.columns[from]!.name));
  const keyed = keys.length > 0 && keys.length === table.key.length;
  return [...whole.pairs, ...(keyed ? byText(whole.rest, open, keys).pairs : byLikeness(whole.rest, open, both))];
}

type ColumnPair = readonly [from: number, to: number];

/** Pairs rows that are the same in these columns. */
function byText(rows: readonly RowTexts[], open: RowTexts[], columns: readonly ColumnPair[]) {
  const places = new Map<string, RowTexts[]>();
  for (const row of open) {
    const text = JSON.stringify(columns.map(([, to]) => settled(row[to]!)));
    const same = places.get(text);
    if (same) same.push(row);
    else places.set(text, [row]);
  }
  const pairs: Pair[] = [];
  const rest: RowTexts[] = [];
  for (const row of rows) {
    const other = places.get(JSON.stringify(columns.map(([from]) => settled(row[from]!))))?.shift();
    if (other) pairs.push([row, other]);
    else rest.push(row);
  }
  const taken = new Set(pairs.map(([, other]) => other));
  open.splice(0, open.length, ...open.filter((row) => !taken.has(row)));
  return { pairs, rest };
}

/** Without a key: the row that has most values in common, and at least one. */
function byLikeness(rows: readonly RowTexts[], open: RowTexts[], columns: readonly ColumnPair[]): Pair[] {
  if (rows.length > COMPARED_MAX || open.length > COMPARED_MAX) return [];
  return rows.flatMap((row): Pair[] => {
    const likeness = open.map(
      (other) => columns.filter(([from, to]) => row[from] !== null && isSameValue(row[from]!, other[to]!)).length,
    );
    const best = Math.max(0, ...likeness);
    if (best === 0) return [];
    const [other] = open.splice(likeness.indexOf(best), 1);
    return [[row, other!]];
  });
}
