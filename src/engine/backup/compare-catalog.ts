import type { VerifiedCheck } from '../../backup/verified.ts';
import { type Change, compareSchemas, type Difference } from '../../catalog/compare.ts';
import type { Snapshot } from '../../catalog/snapshot.ts';
import { count } from '../../problem/quantity.ts';
import { readSnapshot, SNAPSHOT_MAJORS } from '../../snapshot/read.ts';
import type { Engine } from '../engine.ts';
import { readCatalog } from './catalog-file.ts';
import { catalogFingerprint, comparable, FINGERPRINT_READING } from './catalog-fingerprint.ts';
import type { OpenBackup } from './open-file.ts';

export interface CatalogCheck {
  readonly check: VerifiedCheck;
  /** What differs, where that is known. */
  readonly difference?: Difference;
}

/**
 * Compares the schema of a restored database with that of the source. On another major version, which writes expressions
 * otherwise, only the names of objects are compared.
 */
export async function compareCatalog(engine: Engine, backup: OpenBackup, serverMajor: number): Promise<CatalogCheck> {
  const { catalog, leavingOut } = backup.manifest;
  if (leavingOut) return notCompared(`not compared: the backup is of a part, by ${leavingOut.join(' ')}`);
  if (!catalog) return notCompared('not compared: the manifest says nothing of the schema');
  const source = await readCatalog(backup);
  const sameMajor = catalog.major === serverMajor;
  if ((!sameMajor && !source) || serverMajor > SNAPSHOT_MAJORS.newest)
    return notCompared(`not compared: it is of PostgreSQL ${catalog.major}, and the scratch server of ${serverMajor}`);
  const restored = await readRestored(engine, serverMajor);
  if (sameMajor && catalogFingerprint(restored).fingerprint === catalog.fingerprint)
    return same('the schema is the same');
  if (!source) return { check: { name: 'catalog', ok: false, detail: DIFFERENT } };
  return sameMajor ? differing(compareSchemas(source, restored)) : byName(source, restored);
}

const DIFFERENT = 'the schema is another than that of the source when the backup was taken';

function notCompared(detail: string): CatalogCheck {
  return { check: { name: 'catalog', ok: null, detail } };
}

function same(detail: string): CatalogCheck {
  return { check: { name: 'catalog', ok: true, detail } };
}

async function readRestored(engine: Engine, major: number): Promise<Snapshot> {
  const session = await engine.connect('restore');
  try {
    return comparable(await readSnapshot(session, { ...FINGERPRINT_READING, major, lockTimeoutMs: 10_000 }));
  } finally {
    await session.end();
  }
}

function differing(difference: Difference): CatalogCheck {
  const { changes } = difference;
  const detail = changes.length === 0 ? DIFFERENT : `${DIFFERENT}: ${some(changes)}`;
  return { check: { name: 'catalog', ok: false, detail }, difference };
}

const SHOWN_MAX = 3;

/** `table public.users missing` */
function some(changes: readonly Change[]): string {
  const words = { added: 'too much', removed: 'missing', changed: 'changed' } as const;
  const shown = changes.slice(0, SHOWN_MAX).map(({ type, name, kind }) => `${type} ${name} ${words[kind]}`);
  return [...shown, ...(changes.length > SHOWN_MAX ? [`and ${changes.length - SHOWN_MAX} more`] : [])].join(', ');
}

function byName(source: Snapshot, restored: Snapshot): CatalogCheck {
  const named = ({ objects }: Snapshot): Snapshot => ({
    ...{ major: 0, owners: false, privileges: false, notChecked: [] },
    objects: objects.map(({ type, identity }) => ({ type, identity, properties: {} })),
  });
  const difference = compareSchemas(named(source), named(restored));
  if (!difference.equal) return differing(difference);
  const amount = count(named(source).objects.length, 'object');
  const detail = `${amount} by the same names; how PostgreSQL ${source.major} and ${restored.major} define them is not compared`;
  return { check: { name: 'catalog', ok: null, detail } };
}
