import { MIGRATION_STATES, type MigrationState } from '../../plan/state.ts';
import { count } from '../../problem/quantity.ts';
import { cut, widthOf } from '../width.ts';
import { type XmlElement, xmlDocument } from '../xml.ts';
import { boxText, edgeLines, itemLines, titleOf } from './caption.ts';
import type { GraphDocument } from './document.ts';
import { type DrawingOptions, pictureOf } from './drawing.ts';
import type { DrawnEdge, Item, LineKind } from './item.ts';
import { type Box, type Layout, layoutOf, type Point } from './layout.ts';
import { stateClass, svgStyle } from './svg-style.ts';
import { type ShortName, shortNames } from './words.ts';

const MARGIN = 24;
const LEGEND_HEIGHT = 62;
const BOX_HEIGHT = 38;
const TEXT_COLUMNS_MAX = 30;
const TITLE_COLUMNS_MAX = 100;
/** Of the bold and the plain text in a box; the fonts differ from system to system, these are of a wide one. */
const HEAD_COLUMN = 7.5;
const TEXT_COLUMN = 6.8;

/** A picture of the graph that stands by itself: its colours are the reader's, light or dark; a box and a line tell more by their titles. */
export function graphSvg(document: GraphDocument, options: DrawingOptions): string {
  const drawing = pictureOf(document, options);
  const short = shortNames(document);
  const layout = layoutOf(drawing, (item) => ({ width: boxWidth(item, short), height: BOX_HEIGHT }));
  const states = statesIn(document);
  const legend = legendOf(document, drawing.edges, states);
  const width = Math.ceil(Math.max(layout.width, legend.width, 480) + 2 * MARGIN);
  const height = Math.ceil(layout.height + LEGEND_HEIGHT + 2 * MARGIN);
  return xmlDocument({
    name: 'svg',
    attributes: {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'graphics-document document',
      'aria-labelledby': 'taskflow-graph-title taskflow-graph-desc',
    },
    content: [
      { name: 'title', attributes: { id: 'taskflow-graph-title' }, content: titleOf(document) },
      { name: 'desc', attributes: { id: 'taskflow-graph-desc' }, content: descriptionOf(document) },
      { name: 'style', content: svgStyle(states) },
      ARROW,
      { name: 'rect', attributes: { class: 'page', width, height } },
      legend.element,
      { ...moved(MARGIN, MARGIN + LEGEND_HEIGHT), content: contentOf(drawing, layout, document, short) },
    ],
  });
}

function contentOf(
  { items, edges }: ReturnType<typeof pictureOf>,
  { boxes, routes }: Layout,
  document: GraphDocument,
  short: ShortName,
): XmlElement[] {
  const named = new Set(document.versions);
  return [
    ...edges.map((edge) => {
      const points = routes.get(edge);
      const [from, to] = [boxes.get(edge.to)!, boxes.get(edge.from)!];
      return points ? edgeElement(edge, pathOf(points), 'edge') : edgeElement(edge, across(from, to), 'edge across');
    }),
    ...items.map((item) => boxElement(item, boxes.get(item)!, named.has(item.nodes[0]!.version), short)),
  ];
}

function statesIn({ nodes }: GraphDocument): (MigrationState | null)[] {
  const found = new Set(nodes.map(({ state }) => state));
  return [...MIGRATION_STATES, null].filter((state) => found.has(state));
}

function descriptionOf({ nodes, edges }: GraphDocument): string {
  const declared = edges.filter((edge) => edge.declared).length;
  const dependencies = count(edges.length, 'dependency', 'dependencies');
  return `${count(nodes.length, 'migration')} and ${dependencies} between them, ${declared} of them declared. An arrow leads from a migration to one that needs it.`;
}

const ARROW: XmlElement = {
  name: 'defs',
  content: [
    {
      name: 'marker',
      attributes: {
        id: 'taskflow-graph-tip',
        viewBox: '0 0 8 8',
        refX: 7,
        refY: 4,
        markerWidth: 8,
        markerHeight: 8,
        markerUnits: 'userSpaceOnUse',
        orient: 'auto',
      },
      content: [{ name: 'path', attributes: { class: 'tip', d: 'M0 0.5 L8 4 L0 7.5 Z' } }],
    },
  ],
};

function moved(x: number, y: number): XmlElement {
  return { name: 'g', attributes: { transform: `translate(${round(x)} ${round(y)})` } };
}

function boxWidth(item: Item, short: ShortName): number {
  const { head, text } = shownIn(item, short);
  return Math.max(80, Math.ceil(Math.max(widthOf(head) * HEAD_COLUMN, widthOf(text) * TEXT_COLUMN) + 20));
}

/** A state that asks for something is written, too: not everybody sees colours. */
function shownIn(item: Item, short: ShortName): { head: string; text: string } {
  const { head, text } = boxText(item, short);
  const { state } = item.nodes[0]!;
  const word = state === null || state === 'applied' ? '' : ` ${state.replace('_', ' ')}`;
  return { head: `${cut(head, TEXT_COLUMNS_MAX)}${word}`, text: cut(text, TEXT_COLUMNS_MAX) };
}

function boxElement(item: Item, { x, y, width, height }: Box, isNamed: boolean, short: ShortName): XmlElement {
  const { head, text } = shownIn(item, short);
  const lines = itemLines(item, short);
  const kind = `box ${stateClass(item.nodes[0]!.state)}${isNamed ? ' named' : ''}`;
  const rect = (shift: number, more: Record<string, string>): XmlElement => ({
    name: 'rect',
    attributes: { ...more, x: shift, y: shift, width: round(width), height, rx: 6 },
  });
  return {
    ...moved(x, y),
    attributes: { ...moved(x, y).attributes, class: kind, role: 'graphics-symbol img', 'aria-label': lines.join('; ') },
    content: [
      { name: 'title', content: lines.join('\n') },
      ...(item.kind === 'single' ? [] : [rect(4, { class: 'stack' })]),
      rect(0, {}),
      ...(text === '' ? [line(head, 'head', 10, 23)] : [line(head, 'head', 10, 16), line(text, '', 10, 30)]),
    ],
  };
}

function line(text: string, kind: string, x: number, y: number): XmlElement {
  return { name: 'text', attributes: { ...(kind === '' ? {} : { class: kind }), x, y }, content: text };
}

function edgeElement(edge: DrawnEdge, d: string, kind: string): XmlElement {
  return {
    name: 'g',
    attributes: { class: kind },
    content: [
      { name: 'title', content: edgeLines(edge).join('\n') },
      { name: 'path', attributes: { class: 'hit', d } },
      { name: 'path', attributes: { class: `line ${edge.kind}`, d, 'marker-end': 'url(#taskflow-graph-tip)' } },
    ],
  };
}

/** From the right side of a box to the left of another, wherever they lie. */
function across(from: Box, to: Box): string {
  const start = { x: from.x + from.width, y: from.y + from.height / 2 };
  const end = { x: to.x, y: to.y + to.height / 2 };
  const reach = Math.max(30, Math.min(120, Math.abs(end.x - start.x) / 2));
  return `M${at(start)} C${at({ x: start.x + reach, y: start.y })} ${at({ x: end.x - reach, y: end.y })} ${at(end)}`;
}

/** Through the middles between the points, and round at the points. */
function pathOf(points: readonly Point[]): string {
  const [first, ...others] = points;
  const last = others.at(-1) ?? first!;
  const bends = others.slice(0, -1).map((point, i) => {
    const next = others[i + 1]!;
    const end = i === others.length - 2 ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    return `Q${at(point)} ${at(end)}`;
  });
  return `M${at(first!)} ${bends.length > 0 ? bends.join(' ') : `L${at(last)}`}`;
}

function at({ x, y }: Point): string {
  return `${round(x)} ${round(y)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

const LINE_NAMES: Readonly<Record<LineKind, string>> = {
  declared: 'declared in Depends:',
  inferred: 'inferred from the SQL',
  weak: 'order alone',
};

/** A heading, the states with their counts, and what the lines mean. */
function legendOf(
  document: GraphDocument,
  edges: readonly DrawnEdge[],
  states: readonly (MigrationState | null)[],
): { element: XmlElement; width: number } {
  const entries: XmlElement[] = [];
  let x = 0;
  const add = (text: string, sample: XmlElement, width: number) => {
    entries.push({ ...moved(x, 34), content: [sample, line(text, '', width + 6, 11)] });
    x += width + 6 + widthOf(text) * TEXT_COLUMN + 20;
  };
  for (const state of states) {
    if (state === null) continue;
    const amount = document.nodes.filter((node) => node.state === state).length;
    const swatch = { name: 'rect', attributes: { x: 0, y: 1, width: 18, height: 12, rx: 3 } };
    add(
      `${amount} ${state.replace('_', ' ')}`,
      { name: 'g', attributes: { class: `box ${stateClass(state)}` }, content: [swatch] },
      18,
    );
  }
  for (const kind of Object.keys(LINE_NAMES) as LineKind[]) {
    if (!edges.some((edge) => edge.kind === kind)) continue;
    const attributes = { class: `line ${kind}`, d: 'M0 7 L34 7', 'marker-end': 'url(#taskflow-graph-tip)' };
    add(LINE_NAMES[kind], { name: 'path', attributes }, 36);
  }
  const title = cut(titleOf(document), TITLE_COLUMNS_MAX);
  const element = { ...moved(MARGIN, MARGIN), content: [line(title, 'title', 0, 14), ...entries] };
  return { element, width: Math.max(x, widthOf(title) * 10) };
}
