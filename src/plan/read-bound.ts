import type { Bound, BoundMigration, PlanChoice } from './bound.ts';

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isTextOrNull: Check = (value) => value === null || isText(value);
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;

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

const BOUND: Readonly<Record<keyof Bound, Check>> = {
  database: isText,
  databaseOid: isText,
  systemIdentifier: isTextOrNull,
  serverVersion: isText,
  role: isTextOrNull,
  searchPath: isText,
  trackingSchema: isText,
  choice: (value) => wrongFields(value, CHOICE).length === 0,
  migrations: listOf((value) => wrongFields(value, MIGRATION).length === 0),
  skipped: listOf(isText),
  applied: listOf((value) => wrongFields(value, { version: isText, checksum: isTextOrNull }).length === 0),
  schema: (value) => isObject(value) && Object.values(value).every(isText),
};

/** What a plan's file says under `bound`, or the names of the fields that are missing or of another kind. */
export function readBound(value: unknown): Bound | readonly string[] {
  const wrong = wrongFields(value, BOUND);
  return wrong.length === 0 ? (value as Bound) : wrong;
}

function listOf(check: Check): Check {
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
