import type { Ledger } from '../ledger/read.ts';
import { appliedItems, eventItem } from '../ledger/write.ts';
import type { LedgerEntry } from '../plan/ledger-entry.ts';
import type { MigrationFile } from '../plan/migration-file.ts';
import type { BatchItem } from '../postgres/pipeline.ts';
import type { Control } from './control.ts';
import type { Engine } from './engine.ts';
import { type Presence, presenceOf, withoutOwn } from './existing.ts';
import { recordedMigration } from './recorded.ts';

/**
 * Every version that has no row yet and whose objects are all there. A table that is there but lacks columns counts as
 * there: running its CREATE TABLE would not add them, and undoing it must never drop it. The tool's own tables say nothing
 * of a version, unless they are older than the tool.
 */
export async function adoptable(
  engine: Engine,
  control: Control,
  held: Ledger,
  files: readonly MigrationFile[],
): Promise<Presence[]> {
  const known = new Set(held.entries.map((entry) => entry.version));
  const unknown = files.filter((file) => !known.has(file.version));
  const found = await presenceOf(engine, control, unknown);
  const presences = held.layout === 0 ? found : found.map((one) => withoutOwn(one, control));
  return presences.filter(({ created, absent }) => created.length > 0 && absent.length === 0);
}

/** Records them as baseline; once in a database's life. */
export function adoptionItems(
  engine: Engine,
  control: Control,
  held: Ledger,
  adopting: readonly Presence[],
): BatchItem[] {
  const items = adopting.flatMap(({ file, created, incomplete }) => {
    const recorded = recordedMigration(file.load(), engine.settings.storeSql, 'baseline');
    const found = created.map((object) => `${object.kind} ${object.name}`);
    const lacking = incomplete.map((object) => `${object.kind} ${object.name}`);
    const detail = { found, ...(lacking.length > 0 ? { lacking } : {}) };
    const event = { event: 'adopted' as const, version: file.version, detail };
    return appliedItems(control.names, engine.run, recorded, event, { executionTimeMs: 0 });
  });
  const detail = { versions: adopting.map(({ file }) => file.version), rowsBefore: held.entries.length };
  return [...items, eventItem(control.names, engine.run, { event: 'adopted', version: null, detail })];
}

/** Warns of tables that were adopted although they are not as their file makes them. */
export function nameIncomplete(engine: Engine, adopted: readonly Presence[]): void {
  for (const { file, incomplete } of adopted) {
    for (const { kind, name } of incomplete) {
      const message = `${file.version}: ${kind} ${name} is there, but lacks columns that the file gives it`;
      engine.emit({ kind: 'warning', message });
    }
  }
}

/** The row that adoption will write, as it will be read. */
export function entryOfAdopted(file: MigrationFile, appliedOrder: number): LedgerEntry {
  const recorded = recordedMigration(file.load(), true, 'baseline');
  return {
    version: recorded.version,
    description: recorded.description,
    checksum: recorded.checksum,
    bodyChecksum: recorded.bodyChecksum,
    appliedAt: null,
    appliedBy: null,
    executionTimeMs: 0,
    success: true,
    errorMessage: null,
    type: recorded.type,
    appliedOrder,
    stepsDone: null,
    stepsTotal: null,
    hasRollback: recorded.rollbackSql !== null,
    hasBody: recorded.bodySql !== null,
  };
}
