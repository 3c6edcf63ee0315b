import { delimiter } from 'node:path';
import type { GenericSchema } from 'valibot';
import type { Problem } from '../problem/problem.ts';
import { variableComplaint } from './complaints.ts';
import { type ConfigFile, configSchema } from './schema.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** A setting that an environment variable may override: `lockTimeout` by TASKFLOW_LOCK_TIMEOUT. */
export interface Variable {
  readonly name: string;
  readonly path: readonly [string] | readonly [string, string];
  readonly schema: GenericSchema;
}

const NOT_OVERRIDDEN = ['$schema', 'environments', 'verify', 'lint', 'renumber', 'keep', 'data'];
const entries: Readonly<Record<string, GenericSchema>> = configSchema.entries;

export const VARIABLES: readonly Variable[] = [
  ...Object.entries(entries)
    .filter(([key]) => !NOT_OVERRIDDEN.includes(key))
    .map(([key, schema]): Variable => ({ name: variableName(key), path: [key], schema })),
  {
    name: 'TASKFLOW_VERIFY_RERUN',
    path: ['verify', 'rerun'],
    schema: configSchema.entries.verify.wrapped.entries.rerun,
  },
  {
    name: 'TASKFLOW_VERIFY_UPGRADE_FROM',
    path: ['verify', 'upgradeFrom'],
    schema: configSchema.entries.verify.wrapped.entries.upgradeFrom,
  },
  ...Object.entries<GenericSchema>(configSchema.entries.lint.wrapped.entries)
    .filter(([key]) => key !== 'rules')
    .map(([key, schema]): Variable => ({ name: `TASKFLOW_LINT_${wordsOf(key)}`, path: ['lint', key], schema })),
  ...Object.entries<GenericSchema>(configSchema.entries.renumber.wrapped.entries).map(
    ([key, schema]): Variable => ({ name: `TASKFLOW_RENUMBER_${wordsOf(key)}`, path: ['renumber', key], schema }),
  ),
  ...Object.entries<GenericSchema>(configSchema.entries.keep.wrapped.entries).map(
    ([key, schema]): Variable => ({ name: `TASKFLOW_KEEP_${wordsOf(key)}`, path: ['keep', key], schema }),
  ),
  ...Object.entries<GenericSchema>(configSchema.entries.data.wrapped.entries).map(
    ([key, schema]): Variable => ({ name: `TASKFLOW_DATA_${wordsOf(key)}`, path: ['data', key], schema }),
  ),
];

function variableName(key: string): string {
  return `TASKFLOW_${wordsOf(key)}`;
}

/** `lockTimeout` as `LOCK_TIMEOUT`. */
function wordsOf(key: string): string {
  return key.replace(/[A-Z]/g, '_$&').toUpperCase();
}

/** The settings that TASKFLOW_* variables give, and a Problem for each that is not right. An empty variable counts as unset. */
export function readVariables(env: Env): { values: ConfigFile; problems: readonly Problem[] } {
  const values: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const { name, path, schema } of VARIABLES) {
    const text = env[name];
    if (text === undefined || text === '') continue;
    const value = parseText(path.at(-1) ?? '', text);
    const problem = variableComplaint(name, text, schema, value);
    if (problem) problems.push(problem);
    const outer = values[path[0]] as object | undefined;
    values[path[0]] = path[1] === undefined ? value : { ...outer, [path[1]]: value };
  }
  return { values: values as ConfigFile, problems };
}

const LISTS_OF_PATHS: readonly string[] = ['directories', 'upgradeFrom', 'mentions'];
const SWITCHES: readonly string[] = ['embedded', 'production', 'storeSql', 'strict'];
const LISTS: readonly string[] = ['cancelBlockers', 'backupOptions', 'window', 'ignoredReplicas'];
const NUMBERS: readonly string[] = [
  'serverVersion',
  'largeTableRows',
  'smallTableRows',
  'backupJobs',
  'approvalHours',
  'last',
  'days',
  'archiveBacklog',
  'activeSessions',
  'snapshotTransactions',
];
const FACTORS: readonly string[] = ['pause', 'probe', 'deadRows'];
const TRUTH: Readonly<Record<string, boolean>> = {
  true: true,
  on: true,
  yes: true,
  1: true,
  false: false,
  off: false,
  no: false,
  0: false,
};

function parseText(key: string, text: string): unknown {
  if (LISTS_OF_PATHS.includes(key)) return text.split(delimiter).filter((folder) => folder !== '');
  if (LISTS.includes(key)) return listOf(text);
  if (FACTORS.includes(key) && /^\d{1,6}(\.\d{1,6})?$/.test(text)) return Number(text);
  if (NUMBERS.includes(key) && /^\d{1,15}$/.test(text)) return Number(text);
  if (SWITCHES.includes(key)) return TRUTH[text.toLowerCase()] ?? text;
  return text;
}

/** `autovacuum,idle` as a list. */
export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
