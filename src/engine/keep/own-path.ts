import type { BatchItem } from '../../postgres/pipeline.ts';
import type { Row } from '../../postgres/row.ts';
import type { Session } from '../../postgres/session.ts';
import { OWN_ROLE, setLocal } from '../../postgres/session-settings.ts';
import { quoteLiteral } from '../../sql/quote.ts';

export const OWN_PATH = setLocal('search_path', 'pg_catalog, pg_temp');

/**
 * How our own SQL writes values as text, which is how those of people's types are kept, and how values are compared: the dates of a
 * file that sets another style for itself must not be read as others later.
 */
const OUTPUT = {
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
} as const;

type Output = Readonly<Record<keyof typeof OUTPUT, string>>;
const OUTPUT_NAMES = Object.keys(OUTPUT) as (keyof Output)[];

/** What the SQL of a file means depends on them. */
export interface FileSettings {
  /** Its search_path, as it is for our role. */
  readonly path: string;
  readonly output: Output;
}

/** Our path, and our way of writing values. */
export const OWN_SETTINGS: BatchItem = {
  sql: setAll({
    search_path: quoteLiteral('pg_catalog, pg_temp'),
    ...Object.fromEntries(OUTPUT_NAMES.map((name) => [name, quoteLiteral(OUTPUT[name])])),
  }),
};

/** The settings of the file again. */
export function settingsOfFile({ path, output }: FileSettings): BatchItem {
  const names = ['search_path', ...OUTPUT_NAMES];
  return {
    sql: setAll(Object.fromEntries(names.map((name, i) => [name, `$${i + 1}`]))),
    params: [path, ...OUTPUT_NAMES.map((name) => output[name])],
  };
}

/**
 * For SQL of the file that is asked of rows. `writesText`: values are written as text by it, which has to be read again whatever is
 * set then; what a date or a time without a zone means is the file's all the same.
 */
export function settingsToAsk({ path, output }: FileSettings, writesText: boolean): BatchItem {
  const order = output.DateStyle.split(', ')[1] ?? 'YMD';
  const readable = { ...OUTPUT, TimeZone: output.TimeZone, DateStyle: `ISO, ${order}` };
  return settingsOfFile({ path, output: writesText ? readable : output });
}

/** Sets several to the end of the transaction; a value is SQL. */
function setAll(values: Readonly<Record<string, string>>): string {
  const calls = Object.entries(values).map(([name, value]) => `pg_catalog.set_config('${name}', ${value}, true)`);
  return `SELECT ${calls.join(', ')}`;
}

/**
 * Runs SQL of ours, inside a transaction, under a search_path that nobody else can put an operator or function into, and as the role
 * of the run, and with values written in one way; sets those of the file again. Where it fails, the transaction is given up, and both with it. `use` gets the
 * settings of the file, which mean the same under our role, and whether the file had another one.
 */
export async function underOwnPath<T>(
  session: Session,
  use: (file: FileSettings, otherRole: boolean) => Promise<T>,
): Promise<T> {
  const { file, otherRole, leave } = await enterOwnPath(session);
  const result = await use(file, otherRole);
  await session.batch([leave]);
  return result;
}

export interface OwnPath {
  readonly file: FileSettings;
  readonly otherRole: boolean;
  /** Sets those of the file again, and its role. */
  readonly leave: readonly BatchItem[];
}

/** The first half of underOwnPath: `leave` is to be run behind it. */
export async function enterOwnPath(session: Session): Promise<OwnPath> {
  const entered = await session.batch([[ASKED, OWN_PATH_OF_OWN_ROLE]]);
  const before = entered.results[0]?.[0]?.rows[0] ?? {};
  const file = settingsAsked(before);
  if (isOwnRole(before)) return { file, otherRole: false, leave: [settingsOfFile(file)] };
  const { results } = await session.batch([
    [DEFAULT_USER, setLocal('role', before.own ?? 'none'), OWN_SETTINGS, LOGIN],
  ]);
  const isLogin = before.login === results[0]?.at(-1)?.rows[0]?.login;
  const user = isLogin ? [] : [setLocal('session_authorization', before.login ?? '')];
  const leave = [...user, setLocal('role', before.role ?? 'none'), settingsOfFile(file)];
  return { file: { ...file, path: before.schemas || '""' }, otherRole: true, leave };
}

/** Of what ASKED has answered. */
export function settingsAsked(before: Row): FileSettings {
  const output = OUTPUT_NAMES.map((name) => [name, before[name.toLowerCase()] ?? OUTPUT[name]] as const);
  return { path: before.path ?? '', output: Object.fromEntries(output) as Output };
}

/** Of what ASKED has answered: the file has taken no other role than that of the run. */
export function isOwnRole({ own, now }: Row): boolean {
  return own === null || own === now;
}

/** `schemas`: what the path means to the role of the file: `"$user"` is another schema for ours. */
export const ASKED: BatchItem = {
  name: 'taskflow_keep_asked',
  rows: true,
  sql: `SELECT pg_catalog.current_setting('search_path') AS path, pg_catalog.current_setting('role') AS role,
  current_user AS now, session_user AS login, nullif(pg_catalog.current_setting('${OWN_ROLE}', true), '') AS own,
  pg_catalog.array_to_string(ARRAY(SELECT pg_catalog.quote_ident(s) FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) AS s), ', ') AS schemas,
  pg_catalog.current_setting('row_security') AS row_security,
  ${OUTPUT_NAMES.map((name) => `pg_catalog.current_setting('${name}') AS ${name.toLowerCase()}`).join(', ')}`,
};

/** Where the role is that of the run. */
const OWN_PATH_OF_OWN_ROLE: BatchItem = {
  name: 'taskflow_keep_own_path',
  sql: `${OWN_SETTINGS.sql} WHERE pg_catalog.concat(pg_catalog.current_setting('${OWN_ROLE}', true)) OPERATOR(pg_catalog.=) ANY (ARRAY['', current_user::pg_catalog.text])`,
};

const DEFAULT_USER: BatchItem = { sql: 'SET LOCAL SESSION AUTHORIZATION DEFAULT' };
const LOGIN: BatchItem = { sql: 'SELECT session_user AS login', rows: true };
