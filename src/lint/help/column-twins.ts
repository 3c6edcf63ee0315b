import type { Known } from '../../known/known.ts';
import type { KnownColumn, KnownTable } from '../../known/table.ts';
import { typeText } from '../../known/types.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import type { Fix } from '../finding.ts';
import { backfillStep } from './backfill.ts';
import { differs } from './differs.ts';
import { listed, shown } from './shown.ts';
import { shortName } from './tables.ts';

/**
 * Instead of a rename: a second column that a trigger keeps equal to the first, so that old and new code both find theirs. The
 * last step is for when no old code runs any more. Undefined where the column's type is not known.
 */
export function columnTwins(all: Known, { table, from, to }: Renaming): Fix | undefined {
  const known = all.table(table);
  const held = known?.kind === 'table' ? known.columns.get(from) : undefined;
  if (!held?.type || held.generated) return undefined;
  const names = {
    table: shown(table),
    from: displayIdentifier(from),
    to: displayIdentifier(to),
    type: `${typeText(held.type)}${collate(held)}`,
    held,
  };
  const also = [hangsOn(all, known!, from), losesWith(known!, from)].filter((text) => text !== '');
  const trigger = `${table.name}_${from}_is_${to}`;
  const sync: Sync = { ...names, trigger: displayIdentifier(trigger), function: shown({ ...table, name: trigger }) };
  return {
    title: 'keep both names, and release the code that uses the new one before the last step',
    automatic: false,
    steps: [
      { name: `add_${table.name}_${to}`, sql: addTwin(sync), rollback: dropTwin(sync, sync.to) },
      backfillStep({ table, known, column: to, value: sync.from, missing: unlike(held, sync.to, sync.from) }),
      {
        name: `drop_${table.name}_${from}`,
        sql: dropTwin(sync, sync.from),
        rollback: addBack(sync),
        comment: [DROP, ...also],
      },
    ],
  };
}

/** What goes with the old column or stands in its way, for the last step. */
function hangsOn(all: Known, { name, indexes, constraints }: KnownTable, column: string): string {
  const views = all.dependents(name).filter((view) => all.table(view)?.mentions.includes(column));
  const parts = [
    ...[...indexes.values()].filter((one) => one.columns.includes(column) && !one.constraint).map((one) => one.name),
    ...[...constraints.values()].filter((one) => one.columns.includes(column)).map((one) => one.name),
  ];
  const found = [...parts.map(displayIdentifier), ...views.map((view) => shown(shortName({ known: all }, view)))];
  return found.length === 0 ? '' : `Before it, make anew with the new name: ${listed(found)}.`;
}

/** What only the old column has, and is no object with a name (NOT NULL has one from 18 on, but goes as silently). */
function losesWith({ columns }: KnownTable, column: string): string {
  const { notNull, default: given, identity } = columns.get(column) ?? {};
  const lost = [
    ...(notNull ? ['NOT NULL'] : []),
    ...(given ? ['its default'] : []),
    ...(identity ? ['its identity'] : []),
  ];
  return lost.length === 0 ? '' : `Before it, give the new column what goes with the old one: ${listed(lost)}.`;
}

const DROP = 'Only when no running code says the old name any more.';

function collate({ collation }: KnownColumn): string {
  return collation === undefined ? '' : ` COLLATE ${displayIdentifier(collation)}`;
}

/** Under a collation of its own, values may be equal that are not the same. */
function unlike({ type, collation }: KnownColumn, one: string, other: string): string {
  return differs(type, one, other, collation === undefined);
}

function addTwin(sync: Sync): string[] {
  return [`ALTER TABLE ${sync.table} ADD COLUMN ${sync.to} ${sync.type}`, syncFunction(sync), syncTrigger(sync)];
}

function dropTwin({ table, trigger, function: name }: Sync, column: string): string[] {
  return [
    `DROP TRIGGER ${trigger} ON ${table}`,
    `DROP FUNCTION ${name}()`,
    `ALTER TABLE ${table} DROP COLUMN ${column}`,
  ];
}

function addBack(sync: Sync): string[] {
  const { table, from, to, type } = sync;
  return [
    `ALTER TABLE ${table} ADD COLUMN ${from} ${type}`,
    `UPDATE ${table} SET ${from} = ${to}`,
    syncFunction(sync),
    syncTrigger(sync),
  ];
}

export interface Renaming {
  readonly table: QualifiedName;
  readonly from: string;
  readonly to: string;
}

interface Sync {
  readonly table: string;
  readonly from: string;
  readonly to: string;
  readonly type: string;
  readonly held: KnownColumn;
  readonly trigger: string;
  readonly function: string;
}

function syncFunction({ from, to, held, function: name }: Sync): string {
  const lines = [
    'BEGIN',
    "  IF TG_OP = 'INSERT' THEN",
    `    NEW.${to} := coalesce(NEW.${to}, NEW.${from});`,
    `    NEW.${from} := NEW.${to};`,
    `  ELSIF ${unlike(held, `NEW.${from}`, `OLD.${from}`)} THEN`,
    `    NEW.${to} := NEW.${from};`,
    `  ELSIF ${unlike(held, `NEW.${to}`, `OLD.${to}`)} THEN`,
    `    NEW.${from} := NEW.${to};`,
    '  END IF;',
    '  RETURN NEW;',
    'END',
  ];
  return `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$\n${lines.join('\n')}\n$$`;
}

function syncTrigger({ table, trigger, function: name }: Sync): string {
  return `CREATE TRIGGER ${trigger} BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${name}()`;
}
