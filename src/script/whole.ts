import { objectName } from '../catalog/object-name.ts';
import { RELATIONS } from '../catalog/object-types.ts';
import { compareText, type Snapshot } from '../catalog/snapshot.ts';
import { type NotWritten, RANK } from './context.ts';
import { type CompareSteps, phase } from './order.ts';
import { arrange } from './script.ts';
import type { Key, Node, Side } from './side.ts';
import type { Line, Step } from './step.ts';
import { paragraph } from './text.ts';

/** Statements that stand together under a heading. */
export interface Chapter {
  readonly heading: string;
  /** Schema and name of the table, where it is about one. */
  readonly table: readonly [schema: string, name: string] | null;
  readonly sql: string;
  /** Triggers, rules and policies: rows that are put in before fire none of them. */
  readonly behindRows: string;
}

export interface WholeSchema {
  readonly chapters: readonly Chapter[];
  /** What would have its say in whatever is created behind it: event triggers and default privileges. */
  readonly last: string;
  readonly notWritten: readonly NotWritten[];
}

/**
 * The SQL that makes a schema of an empty database, in an order for readers: each table with all that belongs to it, behind
 * those that it refers to. Owners are those who run it; privileges are granted. Both snapshots hold needs.
 */
export function writeWhole(empty: Snapshot, schema: Snapshot): WholeSchema {
  const places: { of?: Places } = {};
  const placing = (after: Side) => (places.of ??= placesIn(after)).compare;
  const { steps, notWritten } = arrange(empty, schema, { owners: false, privileges: true }, { placing });
  const written = steps.filter(({ lines }) => lines.length > 0);
  return {
    chapters: places.of
      ? chaptersOf(
          written.filter((step) => phase(step) < 2),
          places.of,
        )
      : [],
    last: sqlOf(written.filter((step) => phase(step) === 2)),
    notWritten,
  };
}

interface Place {
  readonly section: number;
  readonly heading: string;
  /** Of the tables, its number; else 0. */
  readonly table: number;
  readonly identity: readonly [string, string] | null;
  readonly rank: number;
}

interface Places {
  readonly compare: CompareSteps;
  readonly of: (step: Step) => Place;
}

const SECTIONS = [
  'Schemas and extensions',
  'Types',
  'Functions',
  'Other objects',
  'Tables',
  'Keys of tables that refer to each other',
  'Views',
  'Publications',
] as const;
const TABLES = 4;

function placesIn(after: Side): Places {
  const numbers = numbersOf(after);
  const cache = new Map<Step, Place>();
  const of = (step: Step) => {
    const known = cache.get(step) ?? placeOf(step, after, numbers);
    cache.set(step, known);
    return known;
  };
  const compare: CompareSteps = (a, b) => {
    const [x, y] = [of(a), of(b)];
    return (
      phase(a) - phase(b) ||
      x.section - y.section ||
      x.table - y.table ||
      x.rank - y.rank ||
      compareText(a.name, b.name)
    );
  };
  return { compare, of };
}

function placeOf(step: Step, after: Side, numbers: ReadonlyMap<string, number>): Place {
  const node = after.nodes.get(step.name) ?? [...step.makes].map((key) => after.nodes.get(key)).find((one) => one);
  const relation = node && relationOf(node, after);
  if (!node || !relation) return { ...plain(sectionOf(step.rank)), rank: step.rank };
  const [table, isView] = [numbers.get(nameKey(relation.one.identity)) ?? 0, /view$/.test(relation.type)];
  const [schema = '', name = ''] = relation.one.identity;
  const place = { table, heading: headingOf(relation), identity: [schema, name] as const, rank: rankWithin(step) };
  if (isView) return { ...place, section: SECTIONS.indexOf('Views'), identity: null };
  return isCyclic(step, after, table, numbers)
    ? { ...plain(TABLES + 1), rank: step.rank }
    : { ...place, section: TABLES };
}

function plain(section: number): Omit<Place, 'rank'> {
  return { section, heading: SECTIONS[section] ?? '', table: 0, identity: null };
}

function headingOf({ type, one }: Node): string {
  return `${type === 'table' ? 'Table' : type === 'foreign table' ? 'Foreign table' : 'View'} ${objectName(one)}`;
}

function sectionOf(rank: number): number {
  if (rank <= RANK.extension) return 0;
  if (rank <= RANK.type) return 1;
  if (rank === RANK.routine) return 2;
  return rank >= RANK.publication ? SECTIONS.indexOf('Publications') : 3;
}

/** Foreign keys stand before what belongs behind the rows. */
function rankWithin({ rank }: Step): number {
  return rank === RANK.foreignKey ? RANK.part - 0.5 : rank;
}

const nameKey = (identity: readonly string[]) => JSON.stringify(identity.slice(0, 2));

/** The table or view that it is, or belongs to. */
function relationOf({ type, one }: Node, { nodes }: Side): Node | undefined {
  const own = type === 'sequence' || type === 'ownership' ? one.properties['owned by'] : undefined;
  const [schema = '', name = ''] = Array.isArray(own) ? own.map(String) : one.identity;
  if (!own && one.identity.length < 3 && !RELATIONS.includes(one.type)) return undefined;
  if (!own && ['function', 'procedure', 'aggregate', 'operator', 'domain constraint'].includes(type)) return undefined;
  return RELATIONS.map((kind) => nodes.get(JSON.stringify([kind, schema, name]))).find((node) => node !== undefined);
}

/** The relations, each behind those that it needs, as far as that can be; else by name. */
function numbersOf(after: Side): Map<string, number> {
  const needs = relationNeeds(after);
  const numbers = new Map<string, number>();
  const open = new Set<string>();
  const visit = (name: string) => {
    if (numbers.has(name) || open.has(name)) return;
    open.add(name);
    for (const other of [...(needs.get(name) ?? [])].sort(compareText)) visit(other);
    numbers.set(name, numbers.size + 1);
  };
  for (const name of [...needs.keys()].sort(compareText)) visit(name);
  return numbers;
}

function relationNeeds(after: Side): Map<string, Set<string>> {
  const needs = new Map<string, Set<string>>();
  for (const [key, node] of after.nodes) {
    const relation = relationOf(node, after);
    if (!relation) continue;
    const name = nameKey(relation.one.identity);
    const found = needs.get(name) ?? new Set<string>();
    needs.set(name, found);
    for (const other of relationsNeeded(key, after)) if (other !== name) found.add(other);
  }
  return needs;
}

function relationsNeeded(key: Key, after: Side): string[] {
  return after.needs(key).flatMap(({ to }) => {
    const node = after.nodes.get(to);
    const relation = node && relationOf(node, after);
    return relation ? [nameKey(relation.one.identity)] : [];
  });
}

/** A foreign key to a table that comes later. */
function isCyclic({ rank, makes }: Step, after: Side, table: number, numbers: ReadonlyMap<string, number>): boolean {
  if (rank !== RANK.foreignKey) return false;
  return [...makes].some((key) => relationsNeeded(key, after).some((name) => (numbers.get(name) ?? 0) > table));
}

function chaptersOf(steps: readonly Step[], { of }: Places): Chapter[] {
  const runs: { place: Place; steps: Step[] }[] = [];
  for (const step of steps) {
    const [place, last] = [of(step), runs.at(-1)];
    if (last?.place.heading === place.heading) last.steps.push(step);
    else runs.push({ place, steps: [step] });
  }
  return runs.map(({ place, steps: some }) => ({
    heading: place.heading,
    table: place.identity,
    sql: sqlOf(some, (step, one) => !isBehindRows(step, one, place)),
    behindRows: sqlOf(some, (step, one) => isBehindRows(step, one, place)),
  }));
}

/** Policies that hold for the owner, too, would refuse the rows. */
function isBehindRows({ rank }: Step, { sql }: Line, { identity }: Place): boolean {
  return identity !== null && (rank === RANK.part || sql.endsWith(' FORCE ROW LEVEL SECURITY'));
}

/** One statement a paragraph; comments on objects follow each other, and what is one line. */
function sqlOf(steps: readonly Step[], wanted: (step: Step, one: Line) => boolean = () => true): string {
  let text = '';
  for (const one of steps.flatMap((step) => step.lines.filter((some) => wanted(step, some)))) {
    const follows = one.sql.startsWith('COMMENT ON ') && /(^|\n\n)[^\n]+\n(COMMENT ON [^\n]+\n)*$/.test(text);
    text += `${text !== '' && !follows ? '\n' : ''}${paragraph(one)}\n`;
  }
  return text;
}
