import { boxText, edgeLines, itemLines, titleOf } from './caption.ts';
import type { GraphDocument } from './document.ts';
import { type DrawingOptions, pictureOf } from './drawing.ts';
import type { DrawnEdge, Item, LineKind } from './item.ts';
import { stateColors } from './state-colors.ts';
import { shortNames } from './words.ts';

const STYLES: Readonly<Record<LineKind, string>> = {
  declared: 'solid',
  inferred: 'dashed',
  weak: 'dotted',
};

/** A graph as Graphviz reads it ("The DOT Language"). Its arrows lead from what is needed to what needs it. */
export function graphDot(document: GraphDocument, options: DrawingOptions): string {
  const { items, edges } = pictureOf(document, options);
  const short = shortNames(document);
  const ids = new Map(items.map((item, i) => [item, `m${i + 1}`]));
  const named = new Set(document.versions);
  const nodeOf = (item: Item) => {
    const { head, text } = boxText(item, short);
    const { fill, line, text: ink } = stateColors(item.nodes[0]!.state).light;
    const label = [head, text].filter((part) => part !== '');
    return `  ${ids.get(item)} [label=${quoted(label)}, tooltip=${quoted(itemLines(item, short))}, fillcolor="${fill}", color="${line}", fontcolor="${ink}"${named.has(item.nodes[0]!.version) ? ', penwidth=3' : ''}];`;
  };
  const edgeOf = (edge: DrawnEdge) =>
    `  ${ids.get(edge.to)} -> ${ids.get(edge.from)} [style=${STYLES[edge.kind]}, tooltip=${quoted(edgeLines(edge))}];`;
  return `${[
    'digraph migrations {',
    `  graph [rankdir=LR, label=${quoted([titleOf(document)])}, labelloc=t, fontname="sans-serif"];`,
    '  node [shape=box, style="filled,rounded", fontname="sans-serif", fontsize=11];',
    '  edge [color="#6b7280", arrowsize=0.7];',
    ...items.map(nodeOf),
    ...edges.map(edgeOf),
    '}',
  ].join('\n')}\n`;
}

/** A string of escapes: of DOT, `\"` and `\\`; of its labels, `\n` between two lines, and `\N` and others that mean a name. */
function quoted(lines: readonly string[]): string {
  return `"${lines.map((line) => line.replace(/[\\"]/g, '\\$&').replace(/&/g, '&amp;')).join('\\n')}"`;
}
