import type { Bound, BoundMigration, PlanChoice, PlanTarget } from './bound.ts';

type Fields = Readonly<Record<string, unknown>>;
export type Check = (value: unknown) => boolean;

export const isText: Check = (value) => typeof value === 'string';
export const isFlag: Check = (value) => typeof value === 'boolean';
export const isTextOrNull: Check = (value) => value === null || isText(value);
export const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;

const CHOICE: Readonly<Record<keyof PlanChoice, Check>> = {
  to: isTextOrNull,
  only: isTextOrNull,
  allowLate: isFlag,
  singleTransaction: isFlag,
};

const MIGRATION: Readonly<Record<keyof BoundMigration, Check>> = {
  version: isText,
  file: isText,
  checksum: isText,
  statements: isCount,
  stepsDone: isCount,
};

const TARGET: Readonly<Record<keyof PlanTarget, Check>> = {
  database: isText,
  databaseOid: isText,
  systemIdentifier: isTextOrNull,
  serverVersion: isText,
  role: isTextOrNull,
  searchPath: isText,
  trackingSchema: isText,
};

export const isTarget = hasFields(TARGET);
export const areMigrations = listOf(hasFields(MIGRATION));

const BOUND: Readonly<Record<keyof Bound, Check>> = {
  ...TARGET,
  choice: hasFields(CHOICE),
  migrations: areMigrations,
  skipped: listOf(isText),
  applied: listOf(hasFields({ version: isText, checksum: isTextOrNull })),
  schema: (value) => isObject(value) && Object.values(value).every(isText),
};

/** What a plan's file says under `bound`, or the names of the fields that are missing or of another kind. */
export function readBound(value: unknown): Bound | readonly string[] {
  const wrong = wrongFields(value, BOUND);
  return wrong.length === 0 ? (value as Bound) : wrong;
}

export function hasFields(checks: Readonly<Record<string, Check>>): Check {
  return (value) => wrongFields(value, checks).length === 0;
}

export function listOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

/** Fields that are not known are left alone: a later version of this format may write more. */
function wrongFields(value: unknown, checks: Readonly<Record<string, Check>>): string[] {
  const fields = isObject(value) ? value : {};
  return Object.keys(checks).filter((name) => !checks[name]!(fields[name]));
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
