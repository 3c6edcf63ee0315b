import { displayIdentifier } from '../sql/quote.ts';
import { dependents, type HandOver, identityNamed, keys, names, notNullTakenOver, numbers } from './hand-over.ts';
import { type ExpandPlan, qualified, type Side } from './plan.ts';
import { back, differ, dropSync, syncFunction, syncTriggers, there } from './sync.ts';
import { addTwin, addTwins, comment, type IndexTwin, type Twins, twinsOf, validateTwins } from './twins.ts';

/** The three files without their head: statements, and comments, which begin with `--`. */
export interface ExpandFile {
  readonly there: readonly string[];
  readonly back: readonly string[];
}

/** The new column beside the old one, kept equal from its first row on. */
export function expandFile(plan: ExpandPlan): ExpandFile {
  const { table, old, fresh } = plan;
  const twins = twinsOf(plan, '_new');
  return {
    there: [
      ...added(plan, fresh),
      syncFunction(plan, old, fresh),
      ...syncTriggers(plan, old, fresh),
      ...addTwins(plan, twins, fresh),
      ...early(twins).flatMap((one) => indexed(plan, one, fresh)),
    ],
    back: [...dropSync(plan), `ALTER TABLE ${table} DROP COLUMN ${displayIdentifier(fresh.column)}`],
  };
}

/** Without its default at first, which all rows that are there would get. */
function added(plan: ExpandPlan, side: Side): string[] {
  const { model, table } = plan;
  const column = displayIdentifier(side.column);
  const alter = `ALTER TABLE ${table} ALTER COLUMN ${column}`;
  const collate = side.collation === null ? '' : ` COLLATE ${side.collation}`;
  return [
    `ALTER TABLE ${table} ADD COLUMN ${column} ${side.type}${collate}`,
    ...(side.default === null ? [] : [`${alter} SET DEFAULT ${side.default}`]),
    ...settingsFor(plan, side).map((setting) => `${alter} ${setting}`),
    ...comment(`COLUMN ${table}.${column}`, model.comment),
    ...model.grants.map(
      ({ grantee, privilege, grantable }) =>
        `GRANT ${privilege} (${column}) ON ${table} TO ${grantee}${grantable ? ' WITH GRANT OPTION' : ''}`,
    ),
  ];
}

/** A change of type gives the storage of the new one, as ALTER TABLE does. */
function settingsFor({ model, fresh, value, request }: ExpandPlan, side: Side): readonly string[] {
  if (request.kind === 'rename' || side !== fresh) return model.settings;
  const kept = model.settings.filter((setting) => !setting.startsWith('SET STORAGE'));
  return value.compressible ? kept : kept.filter((setting) => !setting.startsWith('SET COMPRESSION'));
}

function indexed({ model }: ExpandPlan, one: IndexTwin, { column }: Side): string[] {
  return [one.create(column, one.twin), ...comment(`INDEX ${qualified(model.schema, one.twin)}`, one.index.comment)];
}

/** Those that can be built while the new column is empty. */
function early({ indexes }: Twins) {
  return indexes.filter(({ index }) => !index.nullsEqual);
}

function late({ indexes }: Twins) {
  return indexes.filter(({ index }) => index.nullsEqual);
}

/** The rows that were there before; the triggers take care of all others. */
export function backfillFile(
  plan: ExpandPlan,
): ExpandFile & { readonly verify: string; readonly headers: readonly string[] } {
  const { table, old, fresh } = plan;
  const [o, n] = [old, fresh].map(({ column }) => displayIdentifier(column)) as [string, string];
  const unlike = differ(plan, n, there(plan, o));
  // What only the old type can hold would be gone with it: that is for people to decide, who change this query.
  const lossy = plan.value.comparableBack ? ` OR ${o} IS DISTINCT FROM ${back(plan, n)}` : '';
  return {
    there: [`UPDATE ${table} SET ${n} = ${there(plan, o)} WHERE ${unlike} AND :batch`],
    back: ['-- Nothing: as long as the new column is there, its values are those of the old one.', 'SELECT 1'],
    verify: `SELECT count(*) = 0 AS agree FROM ${table} WHERE ${unlike}${lossy}`,
    headers: [
      `Batch: ${table}`,
      `Where: ${unlike}`,
      'Allow: rollback-not-sql there is nothing to undo: the values are those of the old column',
    ],
  };
}

/** The new column takes over; the old one goes. The way back makes it anew, and fills it. */
export function contractFile(plan: ExpandPlan): ExpandFile & { readonly headers: readonly string[] } {
  const { model, table, old, fresh, finalName } = plan;
  const twins = twinsOf(plan, '_new');
  const over: HandOver = { plan, from: old, to: fresh, twins };
  const renames = plan.request.kind === 'rename';
  const drop = `ALTER TABLE ${table} DROP COLUMN ${displayIdentifier(old.column)}`;
  return {
    there: [
      ...late(twins).flatMap((one) => indexed(plan, one, fresh)),
      ...referring(plan, twins, fresh),
      ...validateTwins(plan, twins),
      ...notNullTakenOver(over),
      ...dropSync(plan),
      ...dependents(over),
      ...numbers(over, false),
      ...keys(over),
      drop,
      ...(renames
        ? []
        : [
            `ALTER TABLE ${table} RENAME COLUMN ${displayIdentifier(fresh.column)} TO ${displayIdentifier(model.name)}`,
          ]),
      ...names(over),
      ...identityNamed(plan),
    ],
    back: wayBack(plan),
    headers: [
      `Allow: ban-drop-column its values are in ${displayIdentifier(finalName)}`,
      'Allow: drop-in-use migrate looks who uses it before it runs this file',
      ...(model.identity
        ? ['Allow: renaming-object it is made in this file, and gets the name of the one that goes']
        : []),
      ...(model.references.length > 0 ? ['Allow: lock-order one short transaction: the rows are read before it'] : []),
    ],
  };
}

/** In a transaction of its own: the rows are read behind it, while others go on writing. */
function referring({ table }: ExpandPlan, { references }: Twins, { column }: Side): string[] {
  if (references.length === 0) return [];
  return [
    ...references.map((one) => addTwin(one, column)),
    '-- Ends the transaction before it: the rows are checked behind it, while others go on writing.',
    `VACUUM (ANALYZE) ${table}`,
  ];
}

/** The old column is made anew beside the one that has its place, filled, and gets that again. */
function wayBack(plan: ExpandPlan): string[] {
  const { model, table, again, fresh, finalName } = plan;
  const renames = plan.request.kind === 'rename';
  const now: Side = { ...fresh, column: finalName };
  const twins = twinsOf(plan, '_old');
  const over: HandOver = { plan, from: now, to: again, twins };
  const stays = twinsOf(plan, '_new');
  const [a, n] = [again.column, finalName].map(displayIdentifier) as [string, string];
  const unlike = differ(plan, n, there(plan, a));
  return [
    ...added(plan, again),
    syncFunction(plan, again, now),
    ...syncTriggers(plan, again, now),
    ...addTwins(plan, twins, again),
    '-- Ends the transaction before it, and makes room for what the next statement writes.',
    `VACUUM ${table}`,
    `UPDATE ${table} SET ${a} = ${back(plan, n)} WHERE ${unlike}`,
    '-- As before.',
    `VACUUM (ANALYZE) ${table}`,
    ...twins.indexes.flatMap((one) => indexed(plan, one, again)),
    ...stays.indexes.filter(({ index }) => index.constraint).flatMap((one) => indexed(plan, one, now)),
    ...(twins.references.length > 0
      ? [...twins.references.map((one) => addTwin(one, again.column)), '-- As before.', `VACUUM ${table}`]
      : []),
    ...validateTwins(plan, twins),
    ...notNullTakenOver(over),
    ...dependents(over),
    ...numbers(over, true),
    ...identityNamed(plan),
    ...keys(over),
    ...demoted(plan, stays, now),
    ...(renames
      ? []
      : [
          `ALTER TABLE ${table} RENAME COLUMN ${n} TO ${displayIdentifier(fresh.column)}`,
          `ALTER TABLE ${table} RENAME COLUMN ${a} TO ${displayIdentifier(model.name)}`,
          syncFunction(plan, plan.old, fresh, true),
        ]),
    ...names(over),
  ];
}

/** What had the original names is what the expand file makes: unvalidated, under names of its own. */
function demoted(plan: ExpandPlan, twins: Twins, now: Side): string[] {
  const { table } = plan;
  const column = displayIdentifier(now.column);
  const drops = [...twins.checks, ...twins.foreignKeys].map(
    (one) => `${one.head} DROP CONSTRAINT ${displayIdentifier(one.name)}`,
  );
  const notNull = twins.notNull ? [`ALTER TABLE ${table} ALTER COLUMN ${column} DROP NOT NULL`] : [];
  const plain = twins.indexes.filter(({ index }) => !index.constraint);
  return [
    ...drops,
    ...notNull,
    ...addTwins(plan, twins, now),
    ...plain.map(
      ({ name, twin }) =>
        `ALTER INDEX ${displayIdentifier(plan.model.schema)}.${displayIdentifier(name)} RENAME TO ${displayIdentifier(twin)}`,
    ),
  ];
}

/** `042_backfill_requests_status`, without its number. */
export function fileNames({ model }: ExpandPlan): readonly [string, string, string] {
  const what = `${model.table}_${model.name}`;
  return [`expand_${what}`, `backfill_${what}`, `contract_${what}`];
}

/** In words, for the first line of each file. */
export function titles({ model, request, finalName, fresh }: ExpandPlan): readonly [string, string, string] {
  const what = `${model.table}.${model.name}`;
  const goal =
    request.kind === 'rename' ? `Rename ${what} to ${finalName}` : `Change the type of ${what} to ${request.to}`;
  return [
    `${goal}, 1 of 3: ${fresh.column} beside it, kept equal by triggers`,
    `${goal}, 2 of 3: fill ${fresh.column}`,
    `${goal}, 3 of 3: ${request.kind === 'rename' ? `${finalName} takes over` : `the new column takes the name`}, the old column goes`,
  ];
}

/** SQL as a file holds it: one statement a paragraph, each ended. */
export function statementsText(statements: readonly string[]): string {
  return statements.map((sql) => (sql.startsWith('--') ? sql : `${sql};`)).join('\n');
}
