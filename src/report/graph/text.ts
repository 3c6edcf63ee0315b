import { count } from '../../problem/quantity.ts';
import { visibleName } from '../visible.ts';
import { wrap } from '../width.ts';
import type { DocumentNode, GraphDocument } from './document.ts';
import { type DrawingOptions, listOf } from './drawing.ts';
import { type Direction, forestOf } from './forest.ts';
import type { Drawing, Item } from './item.ts';
import { ItemText, type TextLook } from './item-text.ts';
import { treeLines } from './tree-text.ts';
import { type ShortName, shortNames, unknownTexts } from './words.ts';

export interface GraphLook extends DrawingOptions, TextLook {}

/** Places that are not known, before they are only counted. */
const UNKNOWN_MAX = 8;

/** The graph as trees that show each migration once, and what there is to say of them. */
export function graphLines(document: GraphDocument, look: GraphLook): string[] {
  const { part, versions } = document;
  const drawing = listOf(document, look);
  const short = shortNames(document);
  const show = (direction: Direction, from?: Item) => {
    const texts = new ItemText(document, look, short, direction);
    return treeLines(forestOf(drawing, direction, from), texts, { many: !look.all && isMany(document), ...look });
  };
  const blocks =
    part === 'whole'
      ? [show('dependents')]
      : versions.flatMap((version) => sections(document, itemOf(drawing, version), show));
  const remarks = remarkBlocks(document, look, short);
  return [...blocks, ...remarks, summary(document, look)].flatMap((block, i) => (i > 0 ? ['', ...block] : block));
}

/** From so many on, what nothing stands on shares a line. */
const MANY = 60;

function isMany({ nodes }: GraphDocument): boolean {
  return nodes.length >= MANY;
}

function itemOf({ items }: Drawing, version: string): Item {
  return items.find(({ nodes }) => nodes[0]!.version === version)!;
}

function sections(
  { part }: GraphDocument,
  item: Item,
  show: (direction: Direction, from: Item) => string[],
): string[][] {
  const version = visibleName(item.nodes[0]!.version);
  const section = (lines: string[], title: string, nothing: string) =>
    lines.length > 1 ? [title, ...lines] : [nothing];
  const needs = () => section(show('needs', item), `What ${version} needs:`, `${version} needs nothing.`);
  const standing = () =>
    section(show('dependents', item), `What stands on ${version}:`, `Nothing stands on ${version}.`);
  return [...(part === 'impact' ? [] : [needs()]), ...(part === 'from' ? [] : [standing()])];
}

/** What the SQL does that its text does not tell, where that may matter to the part. */
function remarkBlocks(
  { part, nodes, versions, doubtful }: GraphDocument,
  look: GraphLook,
  short: ShortName,
): string[][] {
  const named = versions.map(visibleName).join(', ');
  const inside = part === 'impact' ? [] : nodes.flatMap((node) => unknownTexts(node, short));
  const outside = doubtful.flatMap((node) => unknownTexts(node, short));
  const unknown = part === 'around' ? 'Not all is known of what these do:' : 'These may need more than is shown:';
  return [
    ...(inside.length > 0 ? [[unknown, ...listed(inside, look)]] : []),
    ...(outside.length > 0 ? [[`These may stand on ${named}, too:`, ...listed(outside, look)]] : []),
  ];
}

function listed(texts: readonly string[], { all, width }: GraphLook): string[] {
  const shown = all ? texts : texts.slice(0, UNKNOWN_MAX);
  const more = texts.length > shown.length ? [`  and ${texts.length - shown.length} more (--all)`] : [];
  return [...shown.flatMap((text) => wrap(`  ${text}`, width, '  ').split('\n')), ...more];
}

function summary({ nodes, edges, source }: GraphDocument, { width, weak }: GraphLook): string[] {
  const strong = edges.filter((edge) => !edge.weak);
  const declared = strong.filter((edge) => edge.declared).length;
  const only = edges.length - strong.length;
  const parts = [
    `${count(nodes.length, 'migration')}${source === 'database' ? `: ${statesText(nodes)}` : ''}`,
    `── ${declared} declared, ┄┄ ${strong.length - declared} inferred${weak ? `, ·· ${only} of order alone` : ''}`,
  ];
  return wrap(parts.join('; '), width, '  ').split('\n');
}

function statesText(nodes: readonly DocumentNode[]): string {
  const counts = new Map<string, number>();
  for (const { state } of nodes) counts.set(state ?? '', (counts.get(state ?? '') ?? 0) + 1);
  return [...counts].map(([state, amount]) => `${amount} ${state.replace('_', ' ')}`).join(', ');
}
