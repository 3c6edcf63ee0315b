import { boxText, titleOf } from './caption.ts';
import type { GraphDocument } from './document.ts';
import { type DrawingOptions, pictureOf } from './drawing.ts';
import type { DrawnEdge, Item, LineKind } from './item.ts';
import { stateColors } from './state-colors.ts';
import { shortNames } from './words.ts';

/** Beyond that, labels on the lines hide more than they tell. */
const LABELLED_MAX = 40;

const ARROWS: Readonly<Record<LineKind, string>> = { declared: '-->', inferred: '-.->', weak: '-.-' };

/**
 * A flowchart as Mermaid reads it (mermaid.js.org, "Flowcharts - Basic Syntax"): in Markdown of GitHub and GitLab, within a
 * block of the language mermaid. Its arrows lead from what is needed to what needs it.
 */
export function graphMermaid(document: GraphDocument, options: DrawingOptions): string {
  const { items, edges } = pictureOf(document, options);
  const short = shortNames(document);
  const ids = new Map(items.map((item, i) => [item, `m${i + 1}`]));
  const boxOf = (item: Item) => {
    const { head, text } = boxText(item, short);
    const label = [head, text].filter((line) => line !== '').map(escaped);
    const state = item.nodes[0]!.state;
    return `  ${ids.get(item)}["${label.join('<br>')}"]${state === null ? '' : `:::${state}`}`;
  };
  const lineOf = (edge: DrawnEdge) => {
    const object = edges.length > LABELLED_MAX ? undefined : edge.edges[0]!.inferred[0]?.object;
    const label = object === undefined ? '' : `|"${escaped(object)}"|`;
    return `  ${ids.get(edge.to)} ${ARROWS[edge.kind]}${label} ${ids.get(edge.from)}`;
  };
  const named = new Set(document.versions);
  const marks = items
    .filter(({ nodes }) => named.has(nodes[0]!.version))
    .map((item) => `  style ${ids.get(item)} stroke-width:4px`);
  const lines = [`accTitle: ${escaped(titleOf(document))}`, ...classesOf(document)].map((line) => `  ${line}`);
  return `${['flowchart LR', ...lines, ...items.map(boxOf), ...edges.map(lineOf), ...marks].join('\n')}\n`;
}

function classesOf({ nodes }: GraphDocument): string[] {
  const used = [...new Set(nodes.map(({ state }) => state))].filter((state) => state !== null);
  return used.map((state) => {
    const { fill, line, text } = stateColors(state).light;
    return `classDef ${state} fill:${fill},stroke:${line},color:${text}`;
  });
}

/** What Mermaid or HTML might read as its own is written by its number: `#35;`. */
function escaped(text: string): string {
  return text.replace(/[^\p{L}\p{M}\p{N} _.,:/+=@-]/gu, (char) => `#${char.codePointAt(0)};`);
}
