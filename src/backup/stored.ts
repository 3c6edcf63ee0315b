import { CAPTURE_SUFFIX } from './capture-sql.ts';
import { type Kept, shownRelation } from './kept.ts';
import { decideRetention, type KeepRules } from './retention.ts';

/**
 * `needed`: a rollback would put it back; `left`: what a rollback did not, or was told not to put back; `lost by rollback`: what a rollback
 * itself has destroyed; `copying`: of a large table that is being copied, or that a killed run has left so; `unknown`: nothing
 * refers to it.
 */
export type StoreState = 'needed' | 'left' | 'lost by rollback' | 'copying' | 'unknown';

/** A table in the schema of kept data. */
export interface Store {
  readonly name: string;
  /** With its indexes. */
  readonly bytes: number;
  readonly state: StoreState;
  /** Of `unknown` ones and of copies, as the rest that the audit trail tells, null. */
  readonly version: string | null;
  readonly runId: string | null;
  /** ISO 8601, UTC. */
  readonly at: string | null;
  /** How many were kept; null for what a data migration keeps, whose rows are not counted here. */
  readonly rows: number | null;
  /** As SQL names it; with columns where only their values were kept. */
  readonly of: string | null;
  /** It is to be in a file, and the run that has kept it did not come to that. */
  readonly toFile: boolean;
}

/** A table as the catalog tells. */
export interface StoreTable {
  readonly name: string;
  readonly bytes: number;
}

/** A `backed_up` event of kept data. */
export interface KeptEvent {
  readonly version: string | null;
  readonly runId: string | null;
  readonly at: string;
  readonly direction: string;
  /** `file`, or `schema`. */
  readonly to: string;
  readonly kept: readonly Kept[];
  /** Nothing of the version was rolled back or put back since. */
  readonly isLast: boolean;
}

/** What is known of each, the newest first. Of several events that name one store, the last counts. */
export function storesOf(tables: readonly StoreTable[], events: readonly KeptEvent[]): Store[] {
  const known = new Map(events.flatMap((event) => event.kept.map((kept) => [kept.store, { event, kept }] as const)));
  const names = new Set(tables.map(({ name }) => name));
  const stores = tables.map(({ name, bytes }): Store => {
    const found = known.get(name);
    const isCopy = name.endsWith(CAPTURE_SUFFIX) || names.has(`${name}${CAPTURE_SUFFIX}`);
    if (!found) return { name, bytes, state: isCopy ? 'copying' : 'unknown', ...NOTHING };
    const { version, runId, at } = found.event;
    const rows = found.kept.batches ? null : found.kept.rows;
    const state = stateOf(found.event);
    // What a rollback could not put back stays where people can look at it.
    const toFile = found.event.to === 'file' && state !== 'left';
    return { name, bytes, state, version, runId, at, rows, of: shownRelation(found.kept), toFile };
  });
  return stores.sort((a, b) => compare(b.at ?? '', a.at ?? '') || compare(a.name, b.name));
}

const NOTHING = { version: null, runId: null, at: null, rows: null, of: null, toFile: false };

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function stateOf({ direction, isLast }: KeptEvent): StoreState {
  if (direction !== 'apply') return 'lost by rollback';
  return isLast ? 'needed' : 'left';
}

export interface StoresToPrune {
  readonly remove: readonly { readonly store: Store; readonly why: string }[];
  readonly kept: readonly Store[];
  /** Of those, what the rules would have let go. */
  readonly spared: readonly { readonly store: Store; readonly why: string }[];
}

/**
 * Which stores go by the rules, as scoped backups do. `needed` ones only where that is asked for (`all`). What is being copied, and
 * what nothing refers to, is not for rules: nobody knows its age.
 */
export function decideStores(stores: readonly Store[], keep: KeepRules, now: Date, all: boolean): StoresToPrune {
  const judged = stores.flatMap((store) => {
    if (store.at === null) return [];
    const neededFor = store.state === 'needed' && !all ? `a rollback of ${store.version} puts it back` : undefined;
    return [{ id: store.name, kind: 'scoped' as const, at: new Date(store.at), bytes: store.bytes, neededFor, store }];
  });
  const { kept, removed, spared } = decideRetention(judged, keep, now);
  return {
    remove: removed.map(({ backup, why }) => ({ store: backup.store, why: why.replace(' scoped', '') })),
    kept: [...kept.map(({ store }) => store), ...stores.filter(({ at }) => at === null)],
    spared: spared.map(({ backup, why }) => ({ store: backup.store, why })),
  };
}
