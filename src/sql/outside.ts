import { type QualifiedName, TokenReader } from './token-reader.ts';

/**
 * What a statement that runs outside a transaction works on, as far as the catalog can be asked afterwards what became of
 * it. `repeatable`: to run it twice does what running it once does. `unknown`: only its author can tell (CALL, DO).
 */
export type OutsideWork =
  | { readonly kind: 'create index'; readonly name: string | undefined; readonly table: QualifiedName }
  | { readonly kind: 'drop index'; readonly index: QualifiedName }
  | {
      readonly kind: 'reindex';
      readonly target: 'INDEX' | 'TABLE' | 'SCHEMA' | 'DATABASE';
      /** Undefined: the whole database. */
      readonly name: QualifiedName | undefined;
    }
  | {
      readonly kind: 'detach partition';
      readonly parent: QualifiedName;
      readonly partition: QualifiedName;
      /** FINALIZE: it locks the partition against its readers, and then waits for old snapshots. */
      readonly finalize: boolean;
    }
  | { readonly kind: 'create' | 'drop'; readonly object: SharedObject; readonly name: string }
  | { readonly kind: 'move database'; readonly name: string; readonly tablespace: string }
  | { readonly kind: 'end prepared'; readonly gid: string }
  | { readonly kind: 'repeatable' }
  | { readonly kind: 'unknown' };

export type SharedObject = 'database' | 'tablespace' | 'subscription';

type Reading = (reader: TokenReader) => OutsideWork | undefined;

const READINGS: Readonly<Record<string, Reading>> = {
  CREATE: (reader) => createIndex(reader) ?? sharedObject(reader, 'create'),
  DROP: (reader) => dropIndex(reader) ?? sharedObject(reader, 'drop'),
  REINDEX: reindex,
  ALTER: altered,
  COMMIT: prepared,
  ROLLBACK: prepared,
  VACUUM: () => REPEATABLE,
  CLUSTER: () => REPEATABLE,
  REPACK: () => REPEATABLE,
  DISCARD: () => REPEATABLE,
};

const REPEATABLE: OutsideWork = { kind: 'repeatable' };

/** What a statement outside a transaction works on, by its leading tokens. */
export function outsideWork(sql: string): OutsideWork {
  const reader = new TokenReader(sql);
  const first = reader.word;
  const reading = Object.hasOwn(READINGS, first) ? READINGS[first] : undefined;
  reader.next();
  return reading?.(reader) ?? { kind: 'unknown' };
}

/** One line that names the work, the same for the same work: `create index i on s.t`. */
export function workTarget(work: OutsideWork): string {
  switch (work.kind) {
    case 'create index':
      return `create index ${work.name ?? '(without a name)'} on ${shown(work.table)}`;
    case 'drop index':
      return `drop index ${shown(work.index)}`;
    case 'reindex':
      return `reindex ${work.target.toLowerCase()}${work.name ? ` ${shown(work.name)}` : ''}`;
    case 'detach partition':
      return `detach partition ${shown(work.partition)} of ${shown(work.parent)}`;
    case 'create':
    case 'drop':
      return `${work.kind} ${work.object} ${work.name}`;
    case 'move database':
      return `move database ${work.name} to tablespace ${work.tablespace}`;
    case 'end prepared':
      return `end prepared transaction ${work.gid}`;
    case 'repeatable':
    case 'unknown':
      return work.kind;
  }
}

function shown({ schema, name }: QualifiedName): string {
  return schema === undefined ? name : `${schema}.${name}`;
}

function createIndex(reader: TokenReader): OutsideWork | undefined {
  reader.accept('UNIQUE');
  if (!reader.accept('INDEX', 'CONCURRENTLY')) return undefined;
  reader.accept('IF', 'NOT', 'EXISTS');
  const name = reader.word === 'ON' ? undefined : reader.name();
  if (!reader.accept('ON')) return undefined;
  reader.accept('ONLY');
  const table = reader.qualifiedName();
  return table && { kind: 'create index', name, table };
}

function dropIndex(reader: TokenReader): OutsideWork | undefined {
  if (!reader.accept('INDEX', 'CONCURRENTLY')) return undefined;
  reader.accept('IF', 'EXISTS');
  const index = reader.qualifiedName();
  return index && { kind: 'drop index', index };
}

function sharedObject(reader: TokenReader, kind: 'create' | 'drop'): OutsideWork | undefined {
  const word = reader.acceptAny('DATABASE', 'TABLESPACE', 'SUBSCRIPTION');
  if (word === undefined) return undefined;
  reader.accept('IF', 'EXISTS');
  const name = reader.name();
  return name === undefined ? undefined : { kind, object: word.toLowerCase() as SharedObject, name };
}

/** A plain REINDEX may be run again; a concurrent one leaves indexes of its own behind when it is cut off. */
function reindex(reader: TokenReader): OutsideWork {
  const concurrently = reader.options().get('concurrently');
  const target = reader.acceptAny('INDEX', 'TABLE', 'SCHEMA', 'DATABASE', 'SYSTEM');
  const word = reader.accept('CONCURRENTLY');
  if (!word && !isTrue(concurrently)) return REPEATABLE;
  if (target !== 'INDEX' && target !== 'TABLE' && target !== 'SCHEMA')
    return { kind: 'reindex', target: 'DATABASE', name: undefined };
  return { kind: 'reindex', target, name: reader.qualifiedName() };
}

function altered(reader: TokenReader): OutsideWork | undefined {
  if (reader.accept('TABLE')) return detached(reader);
  if (reader.accept('SYSTEM') || reader.accept('SUBSCRIPTION')) return REPEATABLE;
  return reader.accept('DATABASE') ? movedDatabase(reader) : undefined;
}

function detached(reader: TokenReader): OutsideWork | undefined {
  reader.accept('IF', 'EXISTS');
  reader.accept('ONLY');
  const parent = reader.qualifiedName();
  reader.accept('*');
  if (!parent || !reader.accept('DETACH', 'PARTITION')) return undefined;
  const partition = reader.qualifiedName();
  return partition && { kind: 'detach partition', parent, partition, finalize: reader.accept('FINALIZE') };
}

function movedDatabase(reader: TokenReader): OutsideWork | undefined {
  const name = reader.name();
  reader.acceptAny('SET', 'WITH');
  if (name === undefined || !reader.accept('TABLESPACE')) return undefined;
  reader.accept('=');
  const tablespace = reader.name();
  return tablespace === undefined ? undefined : { kind: 'move database', name, tablespace };
}

function prepared(reader: TokenReader): OutsideWork | undefined {
  if (!reader.accept('PREPARED')) return undefined;
  const gid = /^'(.*)'$/s.exec(reader.raw)?.[1];
  return gid === undefined ? undefined : { kind: 'end prepared', gid: gid.replaceAll("''", "'") };
}

/** How a statement outside a transaction waits for locks. */
export type LockPolicy =
  /** It locks so little that its waiting stalls nobody, and would leave something half done if it gave up. */
  | 'patient'
  /**
   * It waits like a patient one for old transactions, but locks tables against writers or readers too: it is watched, and gives
   * way where it waits for such a lock.
   */
  | 'watched'
  /** It locks tables or databases: it gives up soon, has then done nothing, and is tried again. */
  | 'brief'
  /** It may have committed some of its work before it met the lock: it waits longer, and is not tried again. */
  | 'once';

/** The lock policy of a statement outside a transaction (manual, page of each command: the locks it takes). */
export function lockPolicy(sql: string): LockPolicy {
  const work = outsideWork(sql);
  if (work.kind === 'unknown') return 'once';
  if (work.kind === 'detach partition') return work.finalize ? 'brief' : 'watched';
  if (['create index', 'drop index', 'reindex'].includes(work.kind)) return 'patient';
  const reader = new TokenReader(sql);
  if (reader.accept('VACUUM'))
    return isTrue(reader.options().get('full')) || reader.word === 'FULL' ? 'brief' : 'patient';
  if (reader.accept('REPACK')) return isTrue(reader.options().get('concurrently')) ? 'patient' : 'brief';
  return 'brief';
}

/** The server's reading of a boolean option that is there (manual, REINDEX and VACUUM): false, off and 0 say no. */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && !isFalse(value);
}

export function isFalse(value: string | undefined): boolean {
  return value === 'false' || value === 'off' || value === '0';
}
