import { BACKUP_SCHEMA, BACKUP_SCHEMA_COMMENT, type Kept } from '../../backup/kept.ts';
import { commentOnStore, createStore, storeName } from '../../backup/kept-sql.ts';
import { fillStage } from '../../backup/shared-store-sql.ts';
import type { BatchItem } from '../../postgres/pipeline.ts';
import type { Session } from '../../postgres/session.ts';
import { Problem } from '../../problem/problem.ts';
import { displayIdentifier, quoteIdentifier, quoteLiteral } from '../../sql/quote.ts';
import type { Control } from '../control.ts';
import { OWN_SETTINGS } from './own-path.ts';

/**
 * Makes the schema of the stores where it is missing. An administrator may have made it, empty, for a role that may not; a schema
 * of that name that holds something else is refused.
 */
export async function ensureSchema(session: Session): Promise<void> {
  const [row] = await session.query(
    `SELECT pg_catalog.obj_description(n.oid, 'pg_namespace') AS comment,
  EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.relnamespace = n.oid) AS used
FROM pg_catalog.pg_namespace AS n WHERE n.nspname = $1`,
    [BACKUP_SCHEMA],
  );
  if (row?.comment === BACKUP_SCHEMA_COMMENT || row?.used === 'f') return;
  if (row) throw foreignSchema();
  await makeSchema(session);
}

async function makeSchema(session: Session): Promise<void> {
  const name = quoteIdentifier(BACKUP_SCHEMA);
  const [rights] = await session.query(
    `SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS may, current_user AS role`,
  );
  if (rights?.may !== 't') throw mayNotCreate(rights?.role ?? '');
  await session.batch([
    [{ sql: `CREATE SCHEMA ${name}` }, { sql: `COMMENT ON SCHEMA ${name} IS ${quoteLiteral(BACKUP_SCHEMA_COMMENT)}` }],
  ]);
}

function mayNotCreate(role: string): Problem {
  return new Problem(
    'permission-denied',
    `the data that this destroys cannot be kept: ${role} may not create a schema`,
    {
      next: [
        `As an administrator, once: CREATE SCHEMA ${BACKUP_SCHEMA} AUTHORIZATION ${displayIdentifier(role)};`,
        'Or keep nothing: --backup=never',
      ],
    },
  );
}

function foreignSchema(): Problem {
  return new Problem('backup-refused', `the schema ${BACKUP_SCHEMA} is not one of this tool`, {
    found: 'a schema of that name, in use, without the comment that this tool gives it',
    next: ['Rename it, or keep nothing: --backup=never'],
  });
}

/**
 * The first name of the kind `017_drop_priority.1` that no relation there has, and behind all that were given before: what is
 * in a file by now still goes by its name.
 */
export async function freeName(session: Session, control: Control, version: string): Promise<string> {
  const stem = cutToBytes(version, STEM_BYTES_MAX);
  const [there] = await session.query(
    `SELECT ${highest('c.relname')} AS number
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = $2 AND ${isNumbered('c.relname')}`,
    [stem, BACKUP_SCHEMA],
  );
  const [given] = await control.session.query(
    `SELECT ${highest("k.one ->> 'store'")} AS number FROM ${control.names.events} AS e
CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(e.detail -> 'kept') AS k (one)
WHERE e.version = $2 AND e.event = 'backed_up' AND e.detail ->> 'scope' = 'scoped' AND ${isNumbered("k.one ->> 'store'")}`,
    [stem, version],
  );
  return `${stem}.${Math.max(Number(there?.number ?? 0), Number(given?.number ?? 0)) + 1}`;
}

/** Of names that begin with `$1` and a point, what comes behind. */
function highest(name: string): string {
  return `pg_catalog.max(pg_catalog.substr(${name}, pg_catalog.length($1::text) + 2)::integer)`;
}

function isNumbered(name: string): string {
  return `pg_catalog.starts_with(${name}, $1::text || '.') AND pg_catalog.substr(${name}, pg_catalog.length($1::text) + 2) ~ '^[0-9]{1,6}$'`;
}

/** Of the 63 bytes of a name, with room for a number. */
const STEM_BYTES_MAX = 56;

/** Versions are ASCII. */
function cutToBytes(text: string, bytes: number): string {
  return text.slice(0, bytes);
}

/** Copies into a new store, under `settings`, and our own from then on; returns how many rows it has. */
export async function fillStore(
  session: Session,
  kept: Omit<Kept, 'rows' | 'sequences'>,
  source: {
    readonly from: string;
    readonly distinct: boolean;
    readonly what: string;
    readonly settings: readonly BatchItem[];
  },
): Promise<number> {
  const { results } = await session.batch([
    [
      ...source.settings,
      { sql: createStore(kept, source.from, source.distinct) },
      OWN_SETTINGS,
      { sql: commentOnStore(kept, source.what) },
    ],
  ]);
  // SELECT 5000
  return Number(/\d+$/.exec(results[0]?.[source.settings.length]?.tag ?? '')?.[0] ?? 0);
}

/** The run that has made a store, as its comment says: see titleOf. */
export async function runOfStore(session: Session, store: string): Promise<string | undefined> {
  const comment = await commentOf(session, store);
  return / run ([0-9a-f-]{36})$/.exec(comment)?.[1];
}

/** A rollback has made it again from its file, whole. */
export async function isLoaded(session: Session, store: string): Promise<boolean> {
  return (await commentOf(session, store)).startsWith(LOADED);
}

/** With what the comment on such a store begins. */
export const LOADED = 'loaded from ';

async function commentOf(session: Session, store: string): Promise<string> {
  const [row] = await session.query(
    "SELECT pg_catalog.obj_description(pg_catalog.to_regclass($1), 'pg_class') AS comment",
    [storeName({ store })],
  );
  return row?.comment ?? '';
}

/** The same into a stage that is there. */
export async function fillStageOf(
  session: Session,
  stage: Omit<Kept, 'rows' | 'sequences'>,
  {
    from,
    distinct,
    settings,
  }: { readonly from: string; readonly distinct: boolean; readonly settings: readonly BatchItem[] },
): Promise<number> {
  const fill = { sql: fillStage(stage, from, distinct) };
  const { results } = await session.batch([[...settings, fill, OWN_SETTINGS]]);
  // INSERT 0 12
  return Number(/\d+$/.exec(results[0]?.[settings.length]?.tag ?? '')?.[0] ?? 0);
}
