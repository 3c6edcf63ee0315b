import { useMemo } from 'preact/hooks';
import { boxText, edgeLines, itemLines } from '../../../report/graph/caption.ts';
import { pictureOf } from '../../../report/graph/drawing.ts';
import type { DrawnEdge, Item } from '../../../report/graph/item.ts';
import { type Box, layoutOf, type Point } from '../../../report/graph/layout.ts';
import { type ShortName, shortNames } from '../../../report/graph/words.ts';
import type { GraphAnswer } from '../../answers/graph.ts';
import type { Reach } from './reach.ts';
import { smooth } from './smooth.ts';
import { toneOf } from './state.tsx';
import { plainWord } from './words.ts';

interface PictureProps {
  readonly graph: GraphAnswer;
  readonly zoom: number;
  readonly selected: string;
  readonly reach: Reach | undefined;
  readonly select: (version: string) => void;
}

const MARGIN = 12;
const BOX_HEIGHT = 40;
const COLUMN = 7.2;
const TEXT_MAX = 28;

/** The graph as `graph --out graph.svg` draws it; what is selected, and what hangs on it, stands out. */
export function GraphPicture({ graph, zoom, selected, reach, select }: PictureProps) {
  const { drawing, layout, short } = useMemo(() => arrange(graph), [graph]);
  const [width, height] = [layout.width + 2 * MARGIN, layout.height + 2 * MARGIN];
  const look = { selected, reach, short, select };
  return (
    <svg
      class={`graph ${reach ? 'graph-selected' : ''}`}
      width={width * zoom}
      height={height * zoom}
      viewBox={`${-MARGIN} ${-MARGIN} ${width} ${height}`}
      role="group"
      aria-label={`${graph.nodes.length} migrations and ${graph.edges.length} dependencies; an arrow leads from a migration to one that needs it`}
    >
      <defs>
        <marker
          id="tip"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="8"
          markerHeight="8"
          markerUnits="userSpaceOnUse"
          orient="auto"
        >
          <path class="graph-tip" d="M0 0.5 L8 4 L0 7.5 Z" />
        </marker>
      </defs>
      {drawing.edges.map((edge, i) => (
        <Line
          key={i}
          edge={edge}
          path={pathOf(layout.routes.get(edge), layout.boxes.get(edge.to)!, layout.boxes.get(edge.from)!)}
          {...look}
        />
      ))}
      {drawing.items.map((item) => (
        <ItemBox key={item.nodes[0]!.version} item={item} box={layout.boxes.get(item)!} {...look} />
      ))}
    </svg>
  );
}

function arrange(answer: GraphAnswer) {
  const graph = { ...answer, complaints: [] };
  const short = shortNames(graph);
  const drawing = pictureOf(graph, { weak: false, all: graph.nodes.length <= ALL_MAX });
  const layout = layoutOf(drawing, (item) => ({ width: widthOf(item, short), height: BOX_HEIGHT }));
  return { drawing, layout, short };
}

/** More than so many are drawn together where they would only repeat each other. */
const ALL_MAX = 80;

function shownIn(item: Item, short: ShortName) {
  const { head, text } = boxText(item, short);
  const { state } = item.nodes[0]!;
  const word = state === null || state === 'applied' ? '' : ` ${plainWord(state)}`;
  return { head: `${cut(head)}${word}`, text: cut(text) };
}

function cut(text: string): string {
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX - 1)}…` : text;
}

function widthOf(item: Item, short: ShortName): number {
  const { head, text } = shownIn(item, short);
  return Math.max(84, Math.ceil(Math.max(head.length, text.length) * COLUMN + 22));
}

interface Look extends Pick<PictureProps, 'selected' | 'reach' | 'select'> {
  readonly short: ShortName;
}

function ItemBox({ item, box, short, selected, reach, select }: Look & { item: Item; box: Box }) {
  const [first] = item.nodes;
  const { head, text } = shownIn(item, short);
  const choose = () => select(item.nodes.some(({ version }) => version === selected) ? '' : first!.version);
  const byKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    choose();
  };
  const tone = first!.state === null ? 'quiet' : toneOf(first!.state);
  return (
    <g
      class={`graph-box tone-${tone} ${markOf(item, selected, reach)}`}
      transform={`translate(${box.x} ${box.y})`}
      role="button"
      tabindex={0}
      aria-pressed={item.nodes.some(({ version }) => version === selected)}
      onClick={choose}
      onKeyDown={byKey}
    >
      <title>{itemLines(item, short).join('\n')}</title>
      {item.kind !== 'single' && <rect class="graph-stack" x={4} y={4} width={box.width} height={box.height} rx={3} />}
      <rect width={box.width} height={box.height} rx={3} />
      <rect class="graph-strip" width={4} height={box.height} />
      <text class="graph-head" x={12} y={17}>
        {head}
      </text>
      <text x={12} y={32}>
        {text}
      </text>
    </g>
  );
}

function markOf({ nodes }: Item, selected: string, reach: Reach | undefined): string {
  if (!reach) return '';
  if (nodes.some(({ version }) => version === selected)) return 'is-selected';
  if (nodes.some(({ version }) => reach.impact.has(version))) return 'is-impact';
  return nodes.some(({ version }) => reach.foundation.has(version)) ? 'is-foundation' : 'is-dim';
}

function Line({ edge, path, selected, reach }: Look & { edge: DrawnEdge; path: string }) {
  const isOn = (versions: ReadonlySet<string>, { nodes }: Item) =>
    nodes.some(({ version }) => version === selected || versions.has(version));
  const isImpact = reach && isOn(reach.impact, edge.from) && isOn(reach.impact, edge.to);
  const isFoundation = reach && isOn(reach.foundation, edge.from) && isOn(reach.foundation, edge.to);
  const mark = !reach ? '' : isImpact ? 'is-impact' : isFoundation ? 'is-foundation' : 'is-dim';
  return (
    <g class={`graph-line ${edge.kind} ${mark}`}>
      <title>{edgeLines(edge).join('\n')}</title>
      <path class="graph-hit" d={path} />
      <path class="graph-way" d={path} marker-end="url(#tip)" />
    </g>
  );
}

function pathOf(points: readonly Point[] | undefined, from: Box, to: Box): string {
  if (points && points.length > 1) return smooth(points);
  const [x1, y1] = [from.x + from.width, from.y + from.height / 2];
  const [x2, y2] = [to.x, to.y + to.height / 2];
  const reach = Math.max(30, Math.min(120, Math.abs(x2 - x1) / 2));
  return `M${x1} ${y1} C${x1 + reach} ${y1} ${x2 - reach} ${y2} ${x2} ${y2}`;
}
