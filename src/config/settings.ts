import { dirname, resolve } from 'node:path';
import * as v from 'valibot';
import { DURATION_EXPECTED, durationFault, parseDuration } from '../problem/duration.ts';
import { gather, Problem } from '../problem/problem.ts';
import { parseBytes } from '../problem/quantity.ts';
import { nearest } from '../report/nearest.ts';
import type { DataSettings } from './data-settings.ts';
import { type LoadedConfig, loadConfigFile } from './file.ts';
import { dataSettings } from './read-data-settings.ts';
import {
  BLOCKERS,
  type ConfigFile,
  DEFAULTS,
  type EnvironmentConfig,
  SERVER_VERSION_EXPECTED,
  serverMajor,
} from './schema.ts';
import { listOf, readVariables } from './variables.ts';

/** The settings in force for one run. Times are whole milliseconds, 0 for no limit; paths are absolute. */
export interface Settings {
  /** The configuration file that was read, if any. */
  readonly configFile: string | undefined;
  /** The folder that relative paths of the configuration start from and where `.taskflow/` lives. */
  readonly root: string;
  /** Folders of migrations. */
  readonly directories: readonly string[];
  /** Use the embedded server when no database is named. */
  readonly embedded: boolean;
  /** The environment chosen with `--env` or TASKFLOW_ENV. */
  readonly environment: Environment | undefined;
  readonly production: boolean;
  readonly role: string | undefined;
  readonly searchPath: string | undefined;
  readonly trackingSchema: string;
  readonly statementTimeoutMs: number;
  /** For statements that lock tables (DDL). */
  readonly lockTimeoutMs: number;
  /** For statements that lock rows (DML). */
  readonly rowLockTimeoutMs: number;
  readonly lockBudgetMs: number;
  /** How long a live dry run may hold what it locks. */
  readonly dryRunHoldMs: number;
  /** How long to wait for another run on the same database. */
  readonly waitMs: number;
  readonly approval: ApprovalSettings;
  /** Refuse to run where the preflight finds something. */
  readonly strict: boolean;
  /** Which sessions in the way of a lock may be ended. */
  readonly cancelBlockers: readonly ('autovacuum' | 'idle')[];
  readonly storeSql: boolean;
  /** Where scratch databases are made; undefined: on the embedded server. */
  readonly scratch: string | undefined;
  readonly legacyTimeZone: string | undefined;
  readonly verify: {
    readonly rerun: 'strict' | 'note';
    /** Files of SQL, absolute paths. */
    readonly upgradeFrom: readonly string[];
  };
  readonly lint: LintSettings;
  readonly backup: BackupSettings;
  readonly data: DataSettings;
  readonly renumber: {
    /** As Git takes it; undefined: the usual ones. */
    readonly since: string | undefined;
    /** Files and folders, absolute paths. */
    readonly mentions: readonly string[];
  };
}

/** Whether a second person has to agree to a run, and what makes two people of them. */
export interface ApprovalSettings {
  /** The configuration wants it; the database may want it, too. */
  readonly policy: 'none' | 'required';
  /** Wanted for this one run. */
  readonly demanded: boolean;
  readonly by: 'person' | 'role';
  readonly hours: number;
}

/** What is kept before something runs, and how. */
export interface BackupSettings {
  readonly policy: 'auto' | 'always' | 'never';
  /** Where data goes that a statement destroys: the schema of its database, or files in the folder of backups. */
  readonly to: 'schema' | 'file';
  /** Absolute path. */
  readonly folder: string;
  readonly format: 'custom' | 'directory';
  /** As written: `none`, `gzip`, `zstd:3`; undefined: the best that the programs at hand know. */
  readonly compression: string | undefined;
  readonly jobs: number;
  /** For pg_dump. */
  readonly options: readonly string[];
  /** Absolute path of the folder that holds pg_dump and pg_restore; undefined: they are looked for. */
  readonly programs: string | undefined;
  readonly reserveBytes: number;
  /** 0 for no limit. */
  readonly maxBytes: number;
  /** Absolute path. */
  readonly keyFile: string | undefined;
  readonly keyCommand: string | readonly string[] | undefined;
  /** Which backups stay; undefined: no limit of that kind. */
  readonly keep: {
    readonly last: number | undefined;
    readonly days: number | undefined;
    readonly bytes: number | undefined;
  };
}

/** How migrations are judged. */
export interface LintSettings {
  /** By the names of rules, as written: whether there are such rules is not known here. */
  readonly rules: Readonly<Record<string, 'error' | 'warning' | 'note' | 'off'>>;
  readonly failOn: 'error' | 'warning' | 'note' | 'never';
  /** Major version; undefined: that of the server. */
  readonly serverVersion: number | undefined;
  /** Absolute path of a statistics file. */
  readonly statistics: string | undefined;
  readonly largeTableRows: number;
  readonly largeTableBytes: number;
  readonly smallTableRows: number;
  readonly smallTableBytes: number;
}

/** The target of a named environment, as written in the configuration; files are made absolute. */
export interface Environment {
  readonly name: string;
  readonly url?: string;
  readonly host?: string;
  readonly port?: string;
  readonly database?: string;
  readonly user?: string;
  readonly passwordFile?: string;
  readonly passwordCommand?: string | readonly string[];
  readonly sslmode?: string;
  readonly sslrootcert?: string;
  readonly sslcert?: string;
  readonly sslkey?: string;
}

/** Where settings come from besides the file. Flags win over variables, variables over the environment, that over the rest. */
export interface SettingsSource {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags: {
    readonly config?: string | undefined;
    readonly env?: string | undefined;
    /** Relative to `cwd`. */
    readonly directories?: readonly string[] | undefined;
    readonly lockTimeout?: string | undefined;
    readonly lockBudget?: string | undefined;
    readonly hold?: string | undefined;
    readonly wait?: string | undefined;
    readonly strict?: boolean | undefined;
    /** This run needs the approval of a second person, whatever is configured. */
    readonly requireApproval?: boolean | undefined;
    /** One of the severities, or `never`. */
    readonly failOn?: string | undefined;
    readonly serverVersion?: string | undefined;
    /** `autovacuum,idle` */
    readonly cancelBlockers?: string | undefined;
    /** `auto`, `always` or `never`. */
    readonly backup?: string | undefined;
    /** `schema` or `file`. */
    readonly backupTo?: string | undefined;
  };
}

/** Reads and merges all settings. Problem `config-invalid` with every complaint of the file, or of the variables. */
export function loadSettings({ cwd, env, flags }: SettingsSource): Settings {
  const file = loadConfigFile(cwd, flags.config ?? (env.TASKFLOW_CONFIG || undefined));
  const variables = readVariables(env);
  if (variables.problems.length > 0) {
    throw gather('config-invalid', 'Environment variables of taskflow-db are not right.', variables.problems);
  }
  const environment = chooseEnvironment(flags.env ?? (env.TASKFLOW_ENV || undefined), file, cwd);
  const root = file ? dirname(file.path) : resolve(cwd);
  const merged = merge([DEFAULTS, file?.values, environment?.values, variables.values, flagValues(flags)]);
  const near = variables.values.directories || flags.directories?.length ? cwd : root;
  return Object.freeze({
    ...convert(merged),
    configFile: file?.path,
    root,
    directories: (merged.directories ?? []).map((folder) => resolve(near, folder)),
    verify: Object.freeze({
      rerun: merged.verify?.rerun ?? DEFAULTS.verify.rerun,
      upgradeFrom: (merged.verify?.upgradeFrom ?? []).map((file) => resolve(root, file)),
    }),
    lint: Object.freeze(lintSettings(merged.lint ?? {}, root)),
    approval: Object.freeze({
      policy: merged.approval ?? DEFAULTS.approval,
      demanded: flags.requireApproval ?? false,
      by: merged.approvalBy ?? DEFAULTS.approvalBy,
      hours: merged.approvalHours ?? DEFAULTS.approvalHours,
    }),
    backup: Object.freeze(backupSettings(merged, root)),
    data: Object.freeze(dataSettings(merged)),
    renumber: Object.freeze({
      since: merged.renumber?.since,
      mentions: (merged.renumber?.mentions ?? []).map((path) => resolve(root, path)),
    }),
    environment: environment && toEnvironment(environment.name, environment.values, root),
  });
}

function flagValues(flags: SettingsSource['flags']): ConfigFile {
  const { directories, cancelBlockers, strict } = flags;
  return {
    ...(directories?.length ? { directories: [...directories] } : {}),
    ...durationFlag('lockTimeout', '--lock-timeout', flags.lockTimeout),
    ...durationFlag('lockBudget', '--lock-budget', flags.lockBudget),
    ...durationFlag('dryRunHold', '--hold', flags.hold),
    ...durationFlag('wait', '--wait', flags.wait),
    ...(strict ? { strict } : {}),
    ...(flags.backup === undefined ? {} : { backup: flags.backup as BackupSettings['policy'] }),
    ...(flags.backupTo === undefined ? {} : { backupTo: flags.backupTo as BackupSettings['to'] }),
    lint: lintFlags(flags),
    ...(cancelBlockers === undefined ? {} : { cancelBlockers: blockersFlag(cancelBlockers) }),
  };
}

function lintFlags({ failOn, serverVersion }: SettingsSource['flags']): NonNullable<ConfigFile['lint']> {
  return {
    ...(failOn === undefined ? {} : { failOn: failOn as LintSettings['failOn'] }),
    ...(serverVersion === undefined ? {} : { serverVersion: serverVersionFlag(serverVersion) }),
  };
}

function serverVersionFlag(text: string): number {
  const { success, output } = v.safeParse(serverMajor, /^[0-9]+$/.test(text) ? Number(text) : text);
  if (success) return output;
  throw new Problem('usage', '--server-version needs a major version of PostgreSQL', {
    found: JSON.stringify(text),
    expected: SERVER_VERSION_EXPECTED,
  });
}

type DurationKey = 'lockTimeout' | 'lockBudget' | 'dryRunHold' | 'wait';

function durationFlag(key: DurationKey, flag: string, value: string | undefined): ConfigFile {
  if (value === undefined) return {};
  if (parseDuration(value) !== undefined) return { [key]: value };
  const fault = durationFault(value);
  throw new Problem('usage', `${flag} needs a duration`, {
    found: `${JSON.stringify(value)}${fault === undefined ? '' : `: ${fault}`}`,
    expected: DURATION_EXPECTED,
  });
}

function blockersFlag(text: string): (typeof BLOCKERS)[number][] {
  const isKnown = (word: string) => BLOCKERS.some((known) => known === word);
  const words = listOf(text);
  if (words.length > 0 && words.every(isKnown)) return words as (typeof BLOCKERS)[number][];
  const apart = text.split(/[\s,]+/).filter((word) => word !== '');
  const meant =
    apart.length > 1 && apart.every(isKnown) ? [`Write it with commas: --cancel-blockers ${apart.join()}`] : [];
  throw new Problem('usage', '--cancel-blockers needs a list of what may be ended', {
    found: JSON.stringify(text),
    expected: 'autovacuum, idle, or autovacuum,idle',
    ...(meant.length > 0 ? { next: meant } : {}),
  });
}

function merge(layers: readonly (ConfigFile | EnvironmentConfig | typeof DEFAULTS | undefined)[]): ConfigFile {
  const verify = Object.assign({}, ...layers.map((layer) => layer?.verify));
  const lint = Object.assign({}, ...layers.map((layer) => layer?.lint));
  const rules = Object.assign({}, ...layers.map((layer) => layer?.lint?.rules));
  const renumber = Object.assign({}, ...layers.map((layer) => layer?.renumber));
  const keep = Object.assign({}, ...layers.map((layer) => layer?.keep));
  const data = Object.assign({}, ...layers.map((layer) => layer?.data));
  return { ...Object.assign({}, ...layers), verify, lint: { ...lint, rules }, renumber, keep, data };
}

function lintSettings(lint: NonNullable<ConfigFile['lint']>, root: string): LintSettings {
  const defaults = DEFAULTS.lint;
  const bytes = (value: string | number) => parseBytes(value) ?? 0;
  return {
    rules: lint.rules ?? defaults.rules,
    failOn: lint.failOn ?? defaults.failOn,
    serverVersion: lint.serverVersion,
    statistics: lint.statistics === undefined ? undefined : resolve(root, lint.statistics),
    largeTableRows: lint.largeTableRows ?? defaults.largeTableRows,
    largeTableBytes: bytes(lint.largeTableSize ?? defaults.largeTableSize),
    smallTableRows: lint.smallTableRows ?? defaults.smallTableRows,
    smallTableBytes: bytes(lint.smallTableSize ?? defaults.smallTableSize),
  };
}

function backupSettings(merged: ConfigFile, root: string): BackupSettings {
  const { keep = {} } = merged;
  const bytes = (value: string | number) => parseBytes(value) ?? 0;
  return {
    policy: merged.backup ?? DEFAULTS.backup,
    to: merged.backupTo ?? DEFAULTS.backupTo,
    folder: resolve(root, merged.backupFolder ?? DEFAULTS.backupFolder),
    format: merged.backupFormat ?? DEFAULTS.backupFormat,
    compression: merged.backupCompression,
    jobs: merged.backupJobs ?? DEFAULTS.backupJobs,
    options: merged.backupOptions ?? DEFAULTS.backupOptions,
    programs: merged.backupPrograms === undefined ? undefined : resolve(root, merged.backupPrograms),
    reserveBytes: bytes(merged.backupReserve ?? DEFAULTS.backupReserve),
    maxBytes: bytes(merged.backupMaxSize ?? DEFAULTS.backupMaxSize),
    keyFile: merged.backupKeyFile === undefined ? undefined : resolve(root, merged.backupKeyFile),
    keyCommand: merged.backupKeyCommand,
    keep: {
      last: keep.last,
      days: keep.days,
      bytes: keep.size === undefined ? undefined : bytes(keep.size),
    },
  };
}

function convert(merged: ConfigFile) {
  const ms = (value: string | number | undefined) => parseDuration(value ?? 0) ?? 0;
  return {
    embedded: merged.embedded ?? DEFAULTS.embedded,
    production: merged.production ?? DEFAULTS.production,
    role: merged.role,
    searchPath: merged.searchPath,
    trackingSchema: merged.trackingSchema ?? DEFAULTS.trackingSchema,
    statementTimeoutMs: ms(merged.statementTimeout),
    lockTimeoutMs: ms(merged.lockTimeout),
    rowLockTimeoutMs: ms(merged.rowLockTimeout),
    lockBudgetMs: ms(merged.lockBudget),
    dryRunHoldMs: ms(merged.dryRunHold),
    waitMs: ms(merged.wait),
    strict: merged.strict ?? DEFAULTS.strict,
    cancelBlockers: merged.cancelBlockers ?? DEFAULTS.cancelBlockers,
    scratch: merged.scratch,
    storeSql: merged.storeSql ?? DEFAULTS.storeSql,
    legacyTimeZone: merged.legacyTimeZone,
  };
}

function chooseEnvironment(name: string | undefined, file: LoadedConfig | undefined, cwd: string) {
  if (name === undefined) return undefined;
  const environments = file?.values.environments ?? {};
  if (Object.hasOwn(environments, name)) return { name, values: environments[name]! };
  const names = Object.keys(environments);
  const meant = nearest(name, names);
  throw new Problem('config-invalid', `There is no environment "${name}" in the configuration.`, {
    ...(file ? { where: { file: file.path } } : { found: `no configuration file in ${cwd} or above` }),
    ...(names.length > 0 ? { expected: names.join(', ') } : {}),
    next: meant ? [`Did you mean --env ${meant}?`] : ['Add it under "environments" in taskflow-db.config.json.'],
  });
}

const TARGET_KEYS = ['url', 'host', 'port', 'database', 'user', 'passwordCommand', 'sslmode'] as const;
const TARGET_FILES = ['passwordFile', 'sslrootcert', 'sslcert', 'sslkey'] as const;

function toEnvironment(name: string, values: EnvironmentConfig, root: string): Environment {
  const environment: Record<string, unknown> = { name };
  for (const key of TARGET_KEYS) if (values[key] !== undefined) environment[key] = values[key];
  for (const key of TARGET_FILES) {
    const file = values[key];
    if (file !== undefined) environment[key] = file === 'system' ? file : resolve(root, file);
  }
  if (values.port !== undefined) environment.port = String(values.port);
  return Object.freeze(environment) as unknown as Environment;
}
