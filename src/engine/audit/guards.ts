import {
  expectedSources,
  GUARD_TRIGGERS,
  type GuardTrigger,
  hashFunctions,
  trailTable,
  trailTriggers,
} from '../../ledger/read-events.ts';
import type { Row } from '../../postgres/row.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import type { Control } from '../control.ts';

/** What is wrong with what keeps the trail: its table, its triggers, the functions behind them; empty where nothing is. */
export async function guardFaults({ session, names }: Control): Promise<string[]> {
  const batch = await session.batch([[trailTable(names), trailTriggers(names), hashFunctions(names)]]);
  const [tables, triggers, functions] = batch.results[0]?.map((result) => result.rows) ?? [];
  const [table] = tables ?? [];
  const name = `${displayIdentifier(names.schema)}.schema_migration_events`;
  if (!table) return [`the table ${name} is gone`];
  const faults = [
    ...tableFaults(table, name),
    ...GUARD_TRIGGERS.flatMap((guard) => triggerFaults(guard, triggers ?? [])),
    ...strangers(triggers ?? []),
    ...hashFaults(functions ?? []),
  ];
  return [...new Set(faults)]; // two triggers share a function
}

function tableFaults(table: Row, name: string): string[] {
  const faults: string[] = [];
  if (table.relkind !== 'r') faults.push(`${name} is no plain table`);
  if (table.relpersistence !== 'p') faults.push(`${name} is UNLOGGED or temporary: a crash would empty it`);
  if (table.row_security === 't') faults.push(`${name} has row security, which can hide rows`);
  if (table.children === 't') faults.push(`another table inherits from ${name}, whose rows would seem to belong to it`);
  if (table.rules === 't') faults.push(`${name} has a rule, which can take the place of an INSERT`);
  return faults;
}

function triggerFaults(guard: GuardTrigger, triggers: readonly Row[]): string[] {
  const found = triggers.find((trigger) => trigger.name === guard.name);
  const named = `the trigger ${guard.name}, which ${guard.refuses},`;
  if (!found) return [`${named} is gone`];
  if (found.enabled === 'D') return [`${named} is disabled`];
  if (found.enabled !== 'A') return [`${named} is not ENABLE ALWAYS: session_replication_role passes it by`];
  if (Number(found.type) !== guard.type || found.plain !== 't') return [`${named} was made anew with other conditions`];
  if (found.function !== guard.function || found.in_schema !== 't') return [`${named} calls ${found.function}`];
  return functionFaults(found, 'plpgsql', true);
}

function functionFaults(row: Row, language: string, ownPath: boolean): string[] {
  const name = `the function ${row.function}`;
  const source = (row.source ?? '').replaceAll('\r\n', '\n');
  if (row.language !== language || !expectedSources(row.function ?? '').includes(source))
    return [`${name} was replaced`];
  if (row.security_definer === 't') return [`${name} is SECURITY DEFINER now`];
  return ownPath && row.own_path !== 't' ? [`${name} has another search_path`] : [];
}

const BEFORE_OR_INSTEAD = 2 + 64;

/** A trigger that runs before the row is there can change or swallow it; what runs after it cannot. */
function strangers(triggers: readonly Row[]): string[] {
  const known = new Set(GUARD_TRIGGERS.map((guard) => guard.name));
  return triggers
    .filter((one) => !known.has(one.name ?? '') && (Number(one.type) & BEFORE_OR_INSTEAD) !== 0)
    .map((one) => `the trigger ${one.name} is not the tool's, and can change or swallow new rows`);
}

function hashFaults(functions: readonly Row[]): string[] {
  const [only, ...more] = functions;
  if (!only) return ['the function schema_migration_event_hash is gone'];
  if (more.length > 0) return ['there is more than one function schema_migration_event_hash'];
  return functionFaults(only, 'sql', false);
}
