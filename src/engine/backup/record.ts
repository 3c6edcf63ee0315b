import { LAYOUT_NEWEST } from '../../ledger/names.ts';
import { eventItem } from '../../ledger/write.ts';
import { Problem } from '../../problem/problem.ts';
import { type Control, withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { isDatabaseError } from '../failure.ts';
import type { FullBackup } from './full.ts';

/** Puts it on record, in tables of the newest layout. */
export async function recordBackup(engine: Engine, control: Control, backup: FullBackup): Promise<void> {
  const { manifest, manifestSha256, bytes, ms } = backup;
  const { id, method, version } = manifest;
  const detail = { scope: 'full', id, method, bytes, manifestSha256, ms };
  await control.write([eventItem(control.names, engine.run, { event: 'backed_up', version, detail })]);
}

/** The same in a session of its own. That it cannot be put on record makes it no worse: it is only told. */
export async function recordApart(engine: Engine, backup: FullBackup): Promise<void> {
  try {
    await withControl(engine, async (control) => {
      const { inRecovery, readOnly } = control.server;
      const isTracked = (control.ledger.layout ?? 0) >= LAYOUT_NEWEST;
      if (isTracked && !inRecovery && !readOnly) await recordBackup(engine, control, backup);
    });
  } catch (error) {
    if (!(error instanceof Problem) && !isDatabaseError(error)) throw error;
    const said = error instanceof Problem ? (error.fields.server?.message ?? error.message) : error.message;
    engine.emit({
      kind: 'warning',
      message: `The backup is whole, but not in the audit trail of the database: ${said}`,
    });
  }
}
