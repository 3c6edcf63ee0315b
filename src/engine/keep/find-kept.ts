import type { Kept } from '../../backup/kept.ts';
import { BACKUP_SCHEMA } from '../../backup/kept.ts';
import { storeName } from '../../backup/kept-sql.ts';
import type { Session } from '../../postgres/session.ts';
import type { Control } from '../control.ts';

/** What was kept of a version. */
export interface KeptOf {
  /** What can be put back: in the database, or in a file. */
  readonly kept: readonly Kept[];
  /** In which file it is, by the name of its store; those that are in the database are not among them. */
  readonly files: ReadonlyMap<string, KeptFile>;
  /** What was kept in the database, and is not there any more. */
  readonly lost: readonly Kept[];
}

/** A backup of kept data, as the audit trail names it. */
export interface KeptFile {
  readonly id: string;
  /** Where it was written, absolute. */
  readonly folder: string;
  readonly manifestSha256: string;
}

/** What was kept when this version was applied last, and has not been put back since, in the order in which it was kept. */
export async function keptOf(control: Control, version: string): Promise<KeptOf> {
  const [trail] = await control.session.query('SELECT pg_catalog.to_regclass($1) AS found', [control.names.events]);
  // An older layout of the tracking tables has no events, and nothing was kept.
  if (trail?.found == null) return { kept: [], files: new Map(), lost: [] };
  const rows = await control.session.query(
    `SELECT e.seq, e.detail FROM ${control.names.events} AS e
WHERE e.version = $1 AND e.event = 'backed_up'
  AND (e.detail ->> 'scope' = 'scoped' AND e.detail ->> 'direction' = 'apply' OR e.detail ->> 'scope' = 'file')
  AND e.seq > coalesce((SELECT pg_catalog.max(o.seq) FROM ${control.names.events} AS o
    WHERE o.version = $1 AND o.event IN ('rolled_back', 'put_back')), 0) ORDER BY e.seq`,
    [version],
  );
  const events = rows.map(({ seq, detail }) => ({ seq: Number(seq), detail: JSON.parse(detail ?? '{}') as Detail }));
  const moved = new Map(events.flatMap(({ detail }) => (detail.scope === 'file' ? [[detail.of, detail]] : [])));
  const kept = events.flatMap(({ seq, detail }) =>
    detail.scope === 'scoped' ? detail.kept.map((one) => ({ one, file: moved.get(seq) })) : [],
  );
  const stores = kept.map(({ one }) => one.store);
  const there = await storesThere(control.session, stores);
  const counted = await rowsOf(
    control.session,
    kept.filter(({ one }) => one.batches && there.has(one.store)).map(({ one }) => one),
  );
  const isLost = ({ one, file }: (typeof kept)[number]) => !there.has(one.store) && !file?.stores.includes(one.store);
  return {
    kept: kept.filter((each) => !isLost(each)).map(({ one }) => ({ ...one, rows: counted.get(one.store) ?? one.rows })),
    files: new Map(kept.flatMap(({ one, file }) => (there.has(one.store) || !file ? [] : [[one.store, file]]))),
    lost: kept.filter(isLost).map(({ one }) => one),
  };
}

type Detail =
  | { readonly scope: 'scoped'; readonly kept: readonly Kept[] }
  | ({ readonly scope: 'file'; readonly of: number; readonly stores: readonly string[] } & KeptFile);

/** Of stores that are filled batch after batch: how many rows each has by now. */
async function rowsOf(session: Session, stores: readonly Kept[]): Promise<ReadonlyMap<string, number>> {
  const counted = new Map<string, number>();
  for (const one of stores) {
    const [row] = await session.query(`SELECT pg_catalog.count(*) AS rows FROM ${storeName(one)}`);
    counted.set(one.store, Number(row?.rows ?? 0));
  }
  return counted;
}

/** Which of these tables there are in the schema of the stores. */
export async function storesThere(session: Session, stores: readonly string[]): Promise<ReadonlySet<string>> {
  if (stores.length === 0) return new Set();
  const rows = await session.query(
    `SELECT c.relname AS name FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = ANY ($2::pg_catalog.text[])`,
    [BACKUP_SCHEMA, arrayOf(stores)],
  );
  return new Set(rows.map(({ name }) => name ?? ''));
}

/** The OID of the table of events: the same as long as all OIDs are. */
export async function eventsOid({ session, names }: Control): Promise<string> {
  const [row] = await session.query('SELECT pg_catalog.to_regclass($1)::pg_catalog.oid AS oid', [names.events]);
  return row?.oid ?? '';
}

/** As PostgreSQL reads an array of texts. */
export function arrayOf(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
