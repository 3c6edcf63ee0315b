import { displayIdentifier, quoteLiteral } from '../sql/quote.ts';
import type { ColumnConstraint, ColumnIndex, ExpandColumn } from './column.ts';
import { withColumn } from './mentions.ts';
import { type ExpandPlan, freeName, qualified, type Side } from './plan.ts';

/** Something of the old column that the other one needs as well, while both are there under a name of its own. */
export interface Twin {
  readonly name: string;
  readonly twin: string;
}

/** Constraints of a column as statements: `head` is the ALTER TABLE that they stand behind. */
export interface ConstraintTwin extends Twin {
  readonly head: string;
  readonly constraint: ColumnConstraint;
  /** Of the constraint on this column, under any name. */
  define(column: string): string;
}

export interface IndexTwin extends Twin {
  readonly index: ColumnIndex;
  create(column: string, name: string): string;
}

export interface Twins {
  readonly indexes: readonly IndexTwin[];
  readonly checks: readonly ConstraintTwin[];
  readonly foreignKeys: readonly ConstraintTwin[];
  /** Foreign keys to the column. */
  readonly references: readonly ConstraintTwin[];
  readonly notNull: Twin | undefined;
}

/** `suffix`: of the names beside the original ones. */
export function twinsOf(plan: ExpandPlan, suffix: string): Twins {
  const { model, table } = plan;
  const head = `ALTER TABLE ${table}`;
  const named = (name: string): Twin => ({ name, twin: freeName(model, name, suffix) });
  return {
    indexes: model.indexes.map((index) => indexTwin(model, index, named(index.name))),
    checks: model.checks.map((constraint) => ({
      ...named(constraint.name),
      head,
      constraint,
      define: (column) => withColumn(constraint.definition, model.name, column),
    })),
    foreignKeys: model.foreignKeys.map((constraint) => ({
      ...named(constraint.name),
      head,
      constraint,
      define: (column) => keyFrom(constraint.definition, model.name, column),
    })),
    references: model.references.map((one) => ({
      ...named(one.name),
      head: `ALTER TABLE ${qualified(one.schema, one.table)}`,
      constraint: one,
      define: (column) => keyTo(one.definition, model.name, column),
    })),
    notNull: model.notNull ? named(model.notNullName ?? `${model.table}_${model.name}_not_null`) : undefined,
  };
}

const REFERENCES = ' REFERENCES ';

/** FOREIGN KEY (a, b) REFERENCES t(x, y) ... ON DELETE SET NULL (b) */
function keyFrom(definition: string, from: string, to: string): string {
  const at = definition.indexOf(REFERENCES);
  const [own, rest] = [definition.slice(0, at), definition.slice(at)];
  const end = rest.indexOf(')') + 1;
  return `${withColumn(own, from, to)}${rest.slice(0, end)}${withColumn(rest.slice(end), from, to)}`;
}

function keyTo(definition: string, from: string, to: string): string {
  const at = definition.indexOf('(', definition.indexOf(REFERENCES));
  const end = definition.indexOf(')', at) + 1;
  return `${definition.slice(0, at)}${withColumn(definition.slice(at, end), from, to)}${definition.slice(end)}`;
}

function indexTwin(model: ExpandColumn, index: ColumnIndex, twin: Twin): IndexTwin {
  const body = index.definition.slice(index.definition.indexOf(' USING '));
  const head = `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX CONCURRENTLY`;
  return {
    ...twin,
    index,
    create: (column, name) =>
      `${head} ${displayIdentifier(name)} ON ${qualified(model.schema, model.table)}${withColumn(body, model.name, column)}`,
  };
}

/** From this version on a NOT NULL is a constraint that can be NOT VALID (release notes of PostgreSQL 18). */
const NOT_NULL_CONSTRAINTS = 180_000;

export function hasNotNullConstraints({ model }: ExpandPlan): boolean {
  return model.serverVersionNum >= NOT_NULL_CONSTRAINTS;
}

/** Constraints that hold for what is written from now on; what is there is validated later. */
export function addTwins(plan: ExpandPlan, twins: Twins, { column }: Side): string[] {
  const { table } = plan;
  const checks = [...twins.checks, ...twins.foreignKeys].map((one) => addTwin(one, column));
  if (!twins.notNull) return checks;
  const shown = displayIdentifier(column);
  const notNull = hasNotNullConstraints(plan) ? `NOT NULL ${shown}` : `CHECK (${shown} IS NOT NULL)`;
  return [
    `ALTER TABLE ${table} ADD CONSTRAINT ${displayIdentifier(twins.notNull.twin)} ${notNull} NOT VALID`,
    ...checks,
  ];
}

export function addTwin(one: ConstraintTwin, column: string): string {
  return `${one.head} ADD CONSTRAINT ${displayIdentifier(one.twin)} ${one.define(column)} NOT VALID`;
}

/** Reads the rows, beside reads and writes. */
export function validateTwins({ table }: ExpandPlan, twins: Twins): string[] {
  const { checks, foreignKeys, references, notNull } = twins;
  const own = notNull ? [{ head: `ALTER TABLE ${table}`, twin: notNull.twin }] : [];
  const others = [...checks, ...foreignKeys, ...references].filter(({ constraint }) => constraint.validated);
  return [...own, ...others].map(({ head, twin }) => `${head} VALIDATE CONSTRAINT ${displayIdentifier(twin)}`);
}

export function comment(on: string, text: string | null): string[] {
  return text === null ? [] : [`COMMENT ON ${on} IS ${quoteLiteral(text)}`];
}
