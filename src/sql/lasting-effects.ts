/**
 * Why a statement must not be tried in a transaction that is to be rolled back: by its text it does something that no
 * rollback undoes. Undefined where the text shows nothing of the kind; what functions do inside is not seen.
 */
export function lastingEffect(sql: string, words: readonly string[]): string | undefined {
  const first = words[0] ?? '';
  if (first === 'COPY') return copyEffect(sql);
  if (ONLY_DEFINE.has(first)) return undefined;
  const name = ACTS_AT_ONCE.exec(sql)?.[1];
  return name === undefined ? undefined : `${name.toLowerCase()} acts at once, and no rollback undoes that`;
}

/** A name in the body of a function that they create does nothing yet. */
const ONLY_DEFINE: ReadonlySet<string> = new Set(['CREATE', 'ALTER', 'DROP', 'COMMENT', 'GRANT', 'REVOKE']);

/** Functions of the server and of extensions that people install that reach beyond the transaction. */
const ACTS_AT_ONCE = new RegExp(
  `\\b(${[
    'dblink(?:_\\w+)?',
    'lo_export',
    'pg_file_(?:write|rename|unlink|sync)',
    'pg_(?:create|copy)_(?:physical|logical)_replication_slot',
    'pg_drop_replication_slot',
    'pg_replication_slot_advance',
    'pg_(?:terminate|cancel)_backend',
    'pg_reload_conf',
    'pg_rotate_logfile',
    'pg_switch_wal',
    'pg_promote',
    'pg_stat_(?:\\w+_)?reset(?:_\\w+)?',
    'http_\\w+',
  ].join('|')})\\s*\\(`,
  'i',
);

function copyEffect(sql: string): string | undefined {
  if (/\b(?:TO|FROM)\s+PROGRAM\b/i.test(sql)) return 'COPY ... PROGRAM runs a program on the server';
  return /\bTO\s+(?:[Ee])?'/i.test(sql) ? 'COPY ... TO writes a file on the server' : undefined;
}
