import { useMemo } from 'preact/hooks';
import { type Box, layoutBoxes, type Point } from '../../../report/graph/boxes.ts';
import { visible } from '../../../report/visible.ts';
import type { KeysAnswer } from '../../answers/schema.ts';
import { smooth } from './smooth.ts';

type Table = KeysAnswer['tables'][number];
type Reference = KeysAnswer['references'][number];

/** All foreign keys from one table to another are one line. */
interface Line {
  readonly from: Table;
  readonly to: Table;
  readonly references: readonly Reference[];
}

interface PictureProps {
  readonly tables: readonly Table[];
  readonly references: readonly Reference[];
  readonly zoom: number;
  readonly selected: string;
  readonly select: (table: string) => void;
}

const MARGIN = 14;
const HEAD = 22;
const ROW = 15;
const COLUMN = 6.5;
const TEXT_MAX = 34;
const ROWS_MAX = 12;

/** Tables with the columns of their keys; a line leads from the table that is referred to, to the one that refers to it. */
export function TablePicture({ tables, references, zoom, selected, select }: PictureProps) {
  const { layout, lines } = useMemo(() => arrange(tables, references), [tables, references]);
  const [width, height] = [layout.width + 2 * MARGIN, layout.height + 2 * MARGIN];
  const marks = marksOf(lines, selected);
  return (
    <svg
      class={`graph tables-picture ${selected === '' ? '' : 'graph-selected'}`}
      width={width * zoom}
      height={height * zoom}
      viewBox={`${-MARGIN} ${-MARGIN} ${width} ${height}`}
      role="group"
      aria-label={`${tables.length} tables and ${references.length} foreign keys; a line leads from a table to those that refer to it`}
    >
      <defs>
        <marker
          id="many"
          viewBox="0 0 10 10"
          refX="9"
          refY="5"
          markerWidth="10"
          markerHeight="10"
          markerUnits="userSpaceOnUse"
          orient="auto"
        >
          <path class="key-end" d="M0 5 L9 1 M0 5 L9 9 M0 5 L9 5" />
        </marker>
      </defs>
      {lines.map((line) => (
        <KeyLine
          key={`${line.from.name} ${line.to.name}`}
          line={line}
          route={layout.routes.get(line)}
          boxes={layout.boxes}
          mark={marks.line(line)}
        />
      ))}
      {tables.map((table) => (
        <TableBox
          key={table.name}
          table={table}
          box={layout.boxes.get(table)!}
          mark={marks.table(table)}
          isSelected={table.name === selected}
          select={select}
        />
      ))}
    </svg>
  );
}

function arrange(tables: readonly Table[], references: readonly Reference[]) {
  const byName = new Map(tables.map((table) => [table.name, table]));
  const groups = new Map<string, Line & { references: Reference[] }>();
  for (const reference of references) {
    const [from, to] = [byName.get(reference.from), byName.get(reference.to)];
    if (!from || !to) continue;
    const key = JSON.stringify([from.name, to.name]);
    const line = groups.get(key) ?? { from, to, references: [] };
    line.references.push(reference);
    groups.set(key, line);
  }
  const lines = [...groups.values()];
  // What is referred to stands on the left.
  const ends = ({ from, to }: Line) => ({ from: to, to: from });
  return { lines, layout: layoutBoxes({ items: tables, lines, ends, sizeOf }) };
}

function sizeOf(table: Table): { width: number; height: number } {
  const texts = [titleOf(table), ...rowsOf(table).map(({ text }) => text)];
  const longest = Math.max(...texts.map((text) => text.length));
  return {
    width: Math.max(96, Math.ceil(longest * COLUMN + 24)),
    height: HEAD + rowsOf(table).length * ROW + 5,
  };
}

function titleOf({ name }: Table): string {
  return cut(name.startsWith('public.') ? name.slice('public.'.length) : name);
}

interface BoxRow {
  readonly text: string;
  readonly kind: 'primary' | 'foreign' | 'more';
}

/** Keys first; what does not fit, and what is in no key, by its number. */
function rowsOf({ columns, others }: Table): BoxRow[] {
  const shown = columns.slice(0, ROWS_MAX);
  const more = columns.length - shown.length + others;
  return [
    ...shown.map(({ name, type, isPrimary, notNull }): BoxRow => {
      const text = cut(`${name}${notNull || isPrimary ? '' : '?'}  ${type}`);
      return { text, kind: isPrimary ? 'primary' : 'foreign' };
    }),
    ...(more > 0 ? [{ text: `${more} more`, kind: 'more' } as const] : []),
  ];
}

/** In a picture a mark has no place: what hides is written as its number. */
function cut(text: string): string {
  const shown = visible(text).replaceAll('\n', ' ');
  return shown.length > TEXT_MAX ? `${shown.slice(0, TEXT_MAX - 1)}…` : shown;
}

interface BoxProps {
  readonly table: Table;
  readonly box: Box;
  readonly mark: string;
  readonly isSelected: boolean;
  readonly select: (table: string) => void;
}

function TableBox({ table, box, mark, isSelected, select }: BoxProps) {
  const choose = () => select(isSelected ? '' : table.name);
  const byKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    choose();
  };
  return (
    <g
      class={`graph-box tone-quiet ${mark}`}
      transform={`translate(${box.x} ${box.y})`}
      role="button"
      tabindex={0}
      aria-pressed={isSelected}
      onClick={choose}
      onKeyDown={byKey}
    >
      <title>{visible(table.name)}</title>
      <rect width={box.width} height={box.height} rx={3} />
      <path class="table-line" d={`M0 ${HEAD} H${box.width}`} />
      <text class="graph-head" x={8} y={15}>
        {titleOf(table)}
      </text>
      {rowsOf(table).map(({ text, kind }, i) => (
        <g key={text} transform={`translate(0 ${HEAD + i * ROW})`}>
          {kind !== 'more' && <KeyMark kind={kind} />}
          <text class={kind === 'more' ? 'table-more' : ''} x={18} y={12}>
            {text}
          </text>
        </g>
      ))}
    </g>
  );
}

/** Filled: of the primary key; hollow: of a foreign key alone. */
function KeyMark({ kind }: { kind: 'primary' | 'foreign' }) {
  return <circle class={`key-mark key-${kind}`} cx={10} cy={8} r={3} />;
}

interface LineProps {
  readonly line: Line;
  readonly route: readonly Point[] | undefined;
  readonly boxes: ReadonlyMap<Table, Box>;
  readonly mark: string;
}

function KeyLine({ line, route, boxes, mark }: LineProps) {
  const { from, to, references } = line;
  const path = from === to ? loop(boxes.get(from)!) : route && route.length > 1 ? smooth(route) : '';
  return (
    <g class={`graph-line ${mark}`}>
      <title>
        {references.map(({ constraint, definition }) => visible(`${constraint}: ${definition}`)).join('\n')}
      </title>
      <path class="graph-hit" d={path} />
      <path class="graph-way" d={path} marker-end="url(#many)" />
    </g>
  );
}

/** A table that refers to itself. */
function loop({ x, y, width }: Box): string {
  const right = x + width;
  return `M${right - 16} ${y} C${right - 16} ${y - 16} ${right + 16} ${y - 10} ${right} ${y + 11}`;
}

/** What refers to the selected table is its impact, what it refers to its foundation; the rest steps back. */
function marksOf(lines: readonly Line[], selected: string) {
  const impact = new Set(lines.filter(({ to }) => to.name === selected).map(({ from }) => from.name));
  const foundation = new Set(lines.filter(({ from }) => from.name === selected).map(({ to }) => to.name));
  return {
    table({ name }: Table): string {
      if (selected === '') return '';
      if (name === selected) return 'is-selected';
      return impact.has(name) ? 'is-impact' : foundation.has(name) ? 'is-foundation' : 'is-dim';
    },
    line({ from, to }: Line): string {
      if (selected === '') return '';
      return to.name === selected ? 'is-impact' : from.name === selected ? 'is-foundation' : 'is-dim';
    },
  };
}
