import type { Complain } from './complaints.ts';
import { isConninfo, parseConninfo } from './conninfo.ts';
import type { TargetEnvironment, TargetFlags, TargetInputs } from './inputs.ts';
import { KEYWORDS } from './keywords.ts';
import { type Setting, type Settings, settingsOf } from './settings.ts';

/** One of the ways to name a target, read. */
export interface Source {
  /** As shown: `flags`, `DATABASE_URL`, `DB_* variables`, `PG* variables`, `environment NAME`. */
  readonly name: string;
  readonly settings: Settings;
  /** A connection string was given: it names the target even where it leaves everything to its defaults. */
  readonly stated?: boolean;
  /** libpq's own variables, which stand behind a service even when it is they that name the target. */
  readonly variables?: boolean;
}

type Env = TargetInputs['env'];

const TARGET_KEYWORDS = Object.keys(KEYWORDS).filter((name) => KEYWORDS[name]?.target);

/** Does this source say where to go? A password or an sslmode alone does not. */
export function namesTarget(source: Source): boolean {
  return source.stated === true || TARGET_KEYWORDS.some((name) => source.settings.has(name));
}

/** The sources in their order of precedence (contract, section 6); an empty variable counts as unset. */
export function variableSources(env: Env, complain: Complain): Source[] {
  return [databaseUrl(env, complain), dbVariables(env), pgTargetVariables(env)];
}

/** `--host --port --database --user` and a connection string; naming one thing twice, differently, is a complaint. */
export function flagSource(flags: TargetFlags, complain: Complain): Source {
  const { host, port, database, user } = flags;
  const strings: [string, string][] = [];
  if (flags.url) strings.push(['--url', flags.url]);
  const databaseIsString = database !== undefined && isConninfo(database);
  if (databaseIsString) strings.push(['--database', database]);
  const parts: Settings[] = strings.map(([flag, text]) => settingsOf(parseConninfo(text, flag, complain), flag));
  parts.push(single('host', host, '--host'), single('port', port, '--port'), single('user', user, '--user'));
  parts.push(single('dbname', databaseIsString ? undefined : database, '--database'));
  return { name: 'flags', settings: combine(parts, complain), stated: strings.length > 0 };
}

/** The environment of `--env`. Its password file and command are read by whoever resolves. */
export function environmentSource(environment: TargetEnvironment, complain: Complain): Source {
  const name = `environment ${environment.name}`;
  const { url, host, port, database, user, sslmode, sslrootcert, sslcert, sslkey } = environment;
  const parts = [
    url === undefined ? new Map() : settingsOf(parseConninfo(url, `${name}, "url"`, complain), `${name}, "url"`),
    ...Object.entries({ host, port, user, sslmode, sslrootcert, sslcert, sslkey }).map(([key, value]) =>
      single(key, value, `${name}, "${key}"`),
    ),
    single('dbname', database, `${name}, "database"`),
  ];
  return { name, settings: combine(parts, complain), stated: url !== undefined };
}

/** Every PG* variable that libpq knows, as gaps are filled from it; `without` the target's own under `--env`. */
export function pgVariables(env: Env, without: 'nothing' | 'target'): Settings {
  const settings = new Map<string, Setting>();
  for (const [name, { variable, target }] of Object.entries(KEYWORDS)) {
    const value = variable && env[variable];
    if (variable && value && !(target && without === 'target')) settings.set(name, { value, origin: variable });
  }
  // The old spelling of PGSSLMODE=require, which libpq still reads.
  if (env.PGREQUIRESSL?.startsWith('1') && !settings.has('sslmode')) {
    settings.set('sslmode', { value: 'require', origin: 'PGREQUIRESSL' });
  }
  return settings;
}

function databaseUrl(env: Env, complain: Complain): Source {
  const text = env.DATABASE_URL?.trim();
  const parameters = text ? parseConninfo(text, 'DATABASE_URL', complain) : new Map<string, string>();
  return { name: 'DATABASE_URL', settings: settingsOf(parameters, 'DATABASE_URL'), stated: Boolean(text) };
}

function dbVariables(env: Env): Source {
  const parts = [
    single('host', env.DB_HOST, 'DB_HOST'),
    single('port', env.DB_PORT, 'DB_PORT'),
    single('dbname', env.DB_NAME, 'DB_NAME'),
    single('user', env.DB_USER, 'DB_USER'),
    single('password', env.DB_PASSWORD, 'DB_PASSWORD'),
  ];
  return { name: 'DB_* variables', settings: new Map(parts.flatMap((part) => [...part])) };
}

function pgTargetVariables(env: Env): Source {
  const named = [...pgVariables(env, 'nothing')].filter(([name]) => TARGET_KEYWORDS.includes(name));
  return { name: 'PG* variables', settings: new Map(named), variables: true };
}

function single(name: string, value: string | undefined, origin: string): Settings {
  return value ? new Map([[name, { value, origin }]]) : new Map();
}

function combine(parts: readonly Settings[], complain: Complain): Settings {
  const all = new Map<string, Setting>();
  for (const [name, setting] of parts.flatMap((part) => [...part])) {
    const before = all.get(name);
    if (before && before.value !== setting.value) {
      const found = KEYWORDS[name]?.secret ? {} : { found: `"${before.value}" and "${setting.value}"` };
      complain(`${before.origin} and ${setting.origin} name a different ${name}.`, {
        ...found,
        next: ['Give one of them.'],
      });
    }
    all.set(name, setting);
  }
  return all;
}
