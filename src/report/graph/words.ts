import type { Manner } from '../../graph/access.ts';
import { visibleLine, visibleName } from '../visible.ts';
import type { DocumentEdge, DocumentNode, DocumentReason, GraphDocument } from './document.ts';

/** Versions as people call them among others: by the number where only one has it. */
export type ShortName = (version: string) => string;

export function shortNames({ nodes, doubtful }: Pick<GraphDocument, 'nodes' | 'doubtful'>): ShortName {
  const holders = new Map<string, string>();
  for (const { version } of [...nodes, ...doubtful]) {
    const number = numberOf(version);
    holders.set(number, holders.has(number) ? '' : version);
  }
  return (version) => visibleName(holders.get(numberOf(version)) === version ? numberOf(version) : version);
}

function numberOf(version: string): string {
  return /^[0-9]+/.exec(version)?.[0] ?? version;
}

/** Longer than that, such as a timestamp, it is not said again of what stands right beside it. */
const SHORT_MAX = 8;

/** `uses table orders, 009:10`; `beside`: the text stands beside the name of the version that this is the line of. */
export function placedReason(reason: DocumentReason, edge: DocumentEdge, short: ShortName, beside: boolean): string {
  const name = short(edge.from);
  const { text, later } = reason;
  const place = beside && name.length > SHORT_MAX ? `line ${later.line}` : `${name}:${later.line}`;
  return `${visibleLine(text)}, ${place}`;
}

/** Why an edge is there, in a few words; empty where only a header says so. */
export function whyText(edge: DocumentEdge, short: ShortName, beside: boolean): string {
  const [first, ...others] = edge.inferred;
  if (!first) return '';
  return `${placedReason(first, edge, short, beside)}${others.length > 0 ? ` and ${others.length} more` : ''}`;
}

const PAST: Readonly<Record<Manner, string>> = {
  creates: 'created',
  changes: 'changed',
  drops: 'dropped',
  reads: 'used',
};

/** `009_orders uses table users (line 10), created by 003_users (line 5)` */
export function sentence({ text, later, earlier }: DocumentReason, { from, to }: DocumentEdge): string {
  const before = `${PAST[earlier.manner]} by ${visibleName(to)} (line ${earlier.line})`;
  return `${visibleName(from)} ${visibleLine(text)} (line ${later.line}), ${before}`;
}

/** `004:36 EXECUTE of a text that is only known when it runs` */
export function unknownTexts(node: DocumentNode, short: ShortName): string[] {
  const name = short(node.version);
  if (!node.read) return [`${name}: its SQL cannot be read`];
  return node.unknown.map(({ line, why }) => `${name}:${line} ${visibleLine(why)}`);
}
