import type { Access } from '../graph/access.ts';
import { isWeak, type Link, type MigrationGraph } from '../graph/graph.ts';
import type { Reason } from '../graph/inferred.ts';
import { describeObject } from '../graph/object.ts';

/** A migration that stands on another, and on what of it: what somebody needs to know who wants to undo that one. */
export interface Dependent {
  readonly version: string;
  /** What it stands on itself: the one in question, or another that stands on it. */
  readonly on: string;
  /** `reads table orders` */
  readonly reason: string;
  /** `migrations/009_a.sql:12`; undefined where nobody has its file. */
  readonly place: string | undefined;
}

/** Those that stand on a version, through others too, in the order of the graph. */
export function dependentsOf(graph: MigrationGraph, version: string): Dependent[] {
  const standing = graph.standingOn(version);
  const within = new Set([version, ...standing]);
  return standing.flatMap((one) => {
    const links = graph.needsOf(one).filter((link) => within.has(link.version) && !isWeak(link));
    const link = links.find((own) => own.version === version) ?? links[0];
    return link ? [dependentOn(graph, one, link)] : [];
  });
}

/** That a version stands on what a link of it leads to, and by what. */
export function dependentOn(graph: MigrationGraph, version: string, link: Link): Dependent {
  const reason = link.inferred?.reasons[0];
  const file = graph.nodes[graph.placeOf(version)]?.file;
  const isInferred = reason && !reason.weak;
  return {
    version,
    on: link.version,
    reason: isInferred ? reasonText(reason) : 'by its Depends: header',
    place: isInferred && file !== undefined ? `${file}:${reason.later.line}` : file,
  };
}

/** `reads table orders`, `drops column total of orders`, `creates table old again` */
export function reasonText({ object, later, earlier }: Reason): string {
  const again = later.manner === 'creates' && earlier.manner === 'drops' ? ' again' : '';
  return `${VERBS[later.manner]} ${describeObject(object)}${again}`;
}

const VERBS: Readonly<Record<Access['manner'], string>> = {
  creates: 'creates',
  changes: 'changes',
  drops: 'drops',
  reads: 'uses',
};

/** A line for each: `009_a  uses table orders (migrations/009_a.sql:12)` */
export function dependentLines(dependents: readonly Dependent[], version: string): string[] {
  return dependents.map(({ version: own, on, reason, place }) => {
    const through = on === version ? '' : `stands on ${on}: `;
    return `${own} ${through}${reason}${place === undefined ? '' : ` (${place})`}`;
  });
}
