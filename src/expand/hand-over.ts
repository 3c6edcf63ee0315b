import { displayIdentifier, quoteLiteral } from '../sql/quote.ts';
import type { ExpandColumn } from './column.ts';
import { withColumn } from './mentions.ts';
import { type ExpandPlan, freeName, qualified, type Side } from './plan.ts';
import type { IndexTwin, Twins } from './twins.ts';
import { comment, hasNotNullConstraints } from './twins.ts';

/**
 * Gives one column all that the other one is for others: its place in keys, its names, sequences, policies, triggers. One short
 * transaction: whatever reads the rows was done before.
 */
export interface HandOver {
  readonly plan: ExpandPlan;
  readonly from: Side;
  readonly to: Side;
  /** Of the side that takes over: their names become the original ones. */
  readonly twins: Twins;
}

/** NOT NULL believes a valid CHECK, so that the table is not read (manual, "ALTER TABLE"). */
export function notNullTakenOver({ plan, to, twins }: HandOver): string[] {
  if (!twins.notNull || hasNotNullConstraints(plan)) return [];
  const head = `ALTER TABLE ${plan.table}`;
  return [
    `${head} ALTER COLUMN ${displayIdentifier(to.column)} SET NOT NULL`,
    `${head} DROP CONSTRAINT ${displayIdentifier(twins.notNull.twin)}`,
  ];
}

/** What others have made on the column: made anew on the other one, under the same names. */
export function dependents({ plan, to }: HandOver): string[] {
  const { model, table } = plan;
  const column = to.column;
  const triggers = model.triggers.flatMap((one) => [
    `DROP TRIGGER ${displayIdentifier(one.name)} ON ${table}`,
    withColumn(one.definition, model.name, column, ['old', 'new', model.table]),
    ...enabled(one.enabled, `ALTER TABLE ${table}`, one.name),
    ...comment(`TRIGGER ${displayIdentifier(one.name)} ON ${table}`, one.comment),
  ]);
  const policies = model.policies.map(({ name, using, check }) => {
    const parts = [
      ...(using === null ? [] : [`USING (${withColumn(using, model.name, column, [model.table])})`]),
      ...(check === null ? [] : [`WITH CHECK (${withColumn(check, model.name, column, [model.table])})`]),
    ];
    return `ALTER POLICY ${displayIdentifier(name)} ON ${table} ${parts.join(' ')}`;
  });
  const statistics = model.statistics.flatMap(({ schema, name, definition }) => [
    `DROP STATISTICS ${qualified(schema, name)}`,
    withColumn(definition, model.name, column),
  ]);
  return [...triggers, ...policies, ...statistics];
}

/** pg_trigger.tgenabled: D is off, R only on a replica, A always. */
function enabled(code: string, head: string, name: string): string[] {
  const words = { D: 'DISABLE', R: 'ENABLE REPLICA', A: 'ENABLE ALWAYS' }[code];
  return words === undefined ? [] : [`${head} ${words} TRIGGER ${displayIdentifier(name)}`];
}

/** Foreign keys of others stand on the key, so they go before it and come after it. */
export function keys({ plan, twins }: HandOver): string[] {
  const { table } = plan;
  const drops = twins.references.map((one) => `${one.head} DROP CONSTRAINT ${displayIdentifier(one.name)}`);
  return [
    ...drops,
    ...twins.indexes.flatMap((one) => ownKey(table, one)),
    ...twins.references.flatMap((one) => [
      `${one.head} RENAME CONSTRAINT ${displayIdentifier(one.twin)} TO ${displayIdentifier(one.name)}`,
      ...comment(
        `CONSTRAINT ${displayIdentifier(one.name)} ON ${one.head.slice('ALTER TABLE '.length)}`,
        one.constraint.comment,
      ),
    ]),
  ];
}

function ownKey(table: string, { index, name, twin }: IndexTwin): string[] {
  if (!index.constraint) return [];
  const shown = displayIdentifier(name);
  const { kind, suffix } = index.constraint;
  return [
    `ALTER TABLE ${table} DROP CONSTRAINT ${shown}`,
    `ALTER TABLE ${table} ADD CONSTRAINT ${shown} ${kind} USING INDEX ${displayIdentifier(twin)}${suffix}`,
    ...comment(`CONSTRAINT ${shown} ON ${table}`, index.constraint.comment),
    ...marks(table, index, shown),
  ];
}

/** What an index is for the table. */
function marks(table: string, index: IndexTwin['index'], name: string): string[] {
  return [
    ...(index.replicaIdentity ? [`ALTER TABLE ${table} REPLICA IDENTITY USING INDEX ${name}`] : []),
    ...(index.clustered ? [`ALTER TABLE ${table} CLUSTER ON ${name}`] : []),
  ];
}

/** Names become the original ones, once those are free. */
export function names({ plan, twins }: HandOver): string[] {
  const { model, table } = plan;
  const renamed = (one: { readonly name: string; readonly twin: string }) =>
    `ALTER TABLE ${table} RENAME CONSTRAINT ${displayIdentifier(one.twin)} TO ${displayIdentifier(one.name)}`;
  const plain = twins.indexes.filter(({ index }) => !index.constraint);
  return [
    ...(twins.notNull && hasNotNullConstraints(plan) ? [renamed(twins.notNull)] : []),
    ...[...twins.checks, ...twins.foreignKeys].flatMap((one) => [
      renamed(one),
      ...comment(`CONSTRAINT ${displayIdentifier(one.name)} ON ${table}`, one.constraint.comment),
    ]),
    ...plain.flatMap(({ name, twin, index }) => [
      `ALTER INDEX ${qualified(model.schema, twin)} RENAME TO ${displayIdentifier(name)}`,
      ...marks(table, index, displayIdentifier(name)),
    ]),
  ];
}

/** Where the numbers of new rows come from. `demote`: the other column stays, without them. */
export function numbers({ plan, from, to }: HandOver, demote: boolean): string[] {
  const { model, table, value } = plan;
  const alter = (column: string) => `ALTER TABLE ${table} ALTER COLUMN ${displayIdentifier(column)}`;
  const ownDefault =
    model.default?.volatility === 'volatile'
      ? [
          `${alter(to.column)} SET DEFAULT ${model.default.text}`,
          ...(demote ? [`${alter(from.column)} DROP DEFAULT`] : []),
        ]
      : [];
  const owned = model.sequences.flatMap((sequence) => [
    `ALTER SEQUENCE ${sequence} OWNED BY ${table}.${displayIdentifier(to.column)}`,
    ...(value.widened === null
      ? []
      : [`ALTER SEQUENCE ${sequence} AS ${to === plan.old || to === plan.again ? model.type : value.widened}`]),
  ]);
  return [...ownDefault, ...owned, ...identity({ plan, from, to }, demote)];
}

/** The new sequence goes on where the old one stands; nobody takes a number of either meanwhile. */
function identity({ plan, from, to }: Pick<HandOver, 'plan' | 'from' | 'to'>, demote: boolean): string[] {
  const { model, table } = plan;
  if (!model.identity) return [];
  const { always, sequence, schema, name, options } = model.identity;
  const next = qualified(schema, nextName(model, name));
  const alter = (column: string) => `ALTER TABLE ${table} ALTER COLUMN ${displayIdentifier(column)}`;
  return [
    `${alter(to.column)} ADD GENERATED ${always ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY (SEQUENCE NAME ${next} ${options})`,
    `SELECT pg_catalog.setval(${quoteLiteral(next)}, last_value, is_called) FROM ${sequence}`,
    ...(demote ? [`${alter(from.column)} DROP IDENTITY`] : []),
  ];
}

function nextName(model: ExpandColumn, name: string): string {
  return freeName(model, name, '_next');
}

/** Behind the end of the column that had the name. */
export function identityNamed({ model }: ExpandPlan): string[] {
  if (!model.identity) return [];
  const { schema, name } = model.identity;
  return [`ALTER SEQUENCE ${qualified(schema, nextName(model, name))} RENAME TO ${displayIdentifier(name)}`];
}
