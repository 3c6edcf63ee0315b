import type { MigrationState } from '../../plan/state.ts';
import { visibleLine, visibleName } from '../visible.ts';
import type { DocumentNode, GraphDocument } from './document.ts';
import type { DrawnEdge, Item } from './item.ts';
import { type ShortName, sentence, unknownTexts } from './words.ts';

/** How many of a group's migrations, or of an edge's reasons, are named. */
const NAMED_MAX = 12;

/** What a picture writes into the box of an item: a number and what it does, each on a line of its own. */
export function boxText({ kind, nodes }: Item, short: ShortName): { readonly head: string; readonly text: string } {
  const [first, last] = [nodes[0]!, nodes.at(-1)!];
  if (kind === 'run')
    return {
      head: `${short(first.version)} to ${short(last.version)}`,
      text: `${nodes.length}, each on the one before`,
    };
  if (kind === 'alike') {
    const names = nodes.map(({ version }) => short(version));
    const shown = names.length > 3 ? `${names.slice(0, 2).join(', ')} to ${names.at(-1)}` : names.join(', ');
    return { head: `${nodes.length} alike`, text: shown };
  }
  const others = kind === 'branch' ? ` and ${nodes.length - 1} on it` : '';
  const version = visibleName(first.version);
  const [, number, name] = /^([0-9]+)[_-](.+)$/s.exec(version) ?? [];
  return number !== undefined && short(first.version) === number
    ? { head: `${number}${others}`, text: name! }
    : { head: version, text: others.trim() };
}

/** All that there is to say of an item, a line each. */
export function itemLines({ nodes }: Item, short: ShortName): string[] {
  const [only, second] = nodes;
  if (!second) return nodeLines(only!, short);
  const named = nodes.slice(0, NAMED_MAX).map(({ version, state }) => nameAndState(version, state));
  const more = nodes.length > NAMED_MAX ? [`and ${nodes.length - NAMED_MAX} more`] : [];
  return [...named, ...more];
}

function nodeLines(node: DocumentNode, short: ShortName): string[] {
  return [
    nameAndState(node.version, node.state),
    visibleLine(node.description),
    ...(node.file === null ? ['no file'] : [visibleName(node.file)]),
    ...unknownTexts(node, short).map((text) => `not known: ${text}`),
  ];
}

function nameAndState(version: string, state: MigrationState | null): string {
  return `${visibleName(version)}${state === null ? '' : ` (${state.replace('_', ' ')})`}`;
}

/** Why an edge is drawn, a line each. */
export function edgeLines({ edges }: DrawnEdge): string[] {
  const lines = edges.flatMap((edge) => [
    ...(edge.declared ? [`${visibleName(edge.from)} declares that it depends on ${visibleName(edge.to)}`] : []),
    ...edge.inferred.map((reason) => sentence(reason, edge)),
  ]);
  const more = lines.length > NAMED_MAX ? [`and ${lines.length - NAMED_MAX} more`] : [];
  return [...lines.slice(0, NAMED_MAX), ...more];
}

/** A heading for a picture. */
export function titleOf({ part, versions, database }: GraphDocument): string {
  const names = versions.map(visibleName).join(', ');
  const where = database === null ? '' : ` in ${visibleLine(database)}`;
  const what = {
    whole: 'Migrations and what they need',
    from: `What ${names} needs`,
    impact: `What stands on ${names}`,
    around: `What ${names} needs, and what stands on it`,
  }[part];
  return `${what}${where}`;
}
