import type { Ledger } from '../ledger/read.ts';
import { appliedItems, eventItem, settingItem } from '../ledger/write.ts';
import type { MigrationFile } from '../plan/migration-file.ts';
import type { Control } from './control.ts';
import type { Engine } from './engine.ts';
import { presenceOf } from './existing.ts';
import { recordedMigration } from './recorded.ts';

/**
 * Records as baseline every version that has no row yet and whose objects are all there; once in a database's life. A
 * table that is there but lacks columns counts as there (running its CREATE TABLE would not add them, and undoing it must
 * never drop it), and is named.
 */
export async function adopt(
  engine: Engine,
  control: Control,
  ledger: Ledger,
  files: readonly MigrationFile[],
): Promise<string[]> {
  const known = new Set(ledger.entries.map((entry) => entry.version));
  const presences = await presenceOf(
    engine,
    control,
    files.filter((file) => !known.has(file.version)),
  );
  const there = presences.filter(({ created, absent }) => created.length > 0 && absent.length === 0);
  const items = there.map(({ file, created, incomplete }) => {
    const recorded = recordedMigration(file.load(), engine.settings.storeSql, 'baseline');
    const lacking = incomplete.map((object) => `${object.kind} ${object.name}`);
    for (const name of lacking) {
      engine.emit({
        kind: 'warning',
        message: `${file.version}: ${name} is there, but lacks columns that the file gives it`,
      });
    }
    const found = created.map((object) => `${object.kind} ${object.name}`);
    const detail = { found, ...(lacking.length > 0 ? { lacking } : {}) };
    const event = { event: 'adopted' as const, version: file.version, detail };
    return appliedItems(control.names, engine.run, recorded, event, { executionTimeMs: 0 });
  });
  const summary = eventItem(control.names, engine.run, {
    event: 'adopted',
    version: null,
    detail: { versions: there.map(({ file }) => file.version), rowsBefore: ledger.entries.length },
  });
  const done = settingItem(control.names, 'adoption', 'done');
  await control.session.batch([[...items.flat(), summary, done]]);
  return there.map(({ file }) => file.version);
}
