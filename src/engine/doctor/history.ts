import { LAYOUT_NEWEST } from '../../ledger/names.ts';
import { inForce, type LedgerEntry } from '../../plan/ledger-entry.ts';
import { count } from '../../problem/quantity.ts';
import { guardFaults } from '../audit/guards.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import type { Finding } from '../finding.ts';
import { WORKER_NAME } from '../locks/look.ts';
import { readStepHistory, type StepHistory } from '../steps/step-history.ts';

export async function trackingTables({ ledger }: Control): Promise<Finding> {
  const name = 'tracking tables';
  if (ledger.layout === undefined)
    return { name, level: 'note', found: 'none yet', advice: 'taskflow-db init makes them.' };
  const found = `layout ${ledger.layout}`;
  if (ledger.layout < LAYOUT_NEWEST)
    return { name, level: 'note', found, advice: 'taskflow-db init upgrades them, losing no row.' };
  return { name, level: 'ok', found: `${found}, ${count(ledger.entries.length, 'row')}` };
}

/** What keeps the trail from being changed. */
export async function auditTrail(control: Control): Promise<Finding[]> {
  if ((control.ledger.layout ?? 0) < 1) return [];
  const name = 'audit trail';
  const faults = await guardFaults(control);
  if (faults.length === 0) return [{ name, level: 'ok', found: 'guarded as it should be' }];
  const advice =
    'Find out who changed that; then its owner makes it anew (docs/AUDIT.md, "When a guard is not as it was made"), and taskflow-db history --verify shows whether rows were changed meanwhile.';
  return [{ name, level: 'wrong', found: faults.join('; '), advice }];
}

export async function runners({ runner, abandoned }: Control): Promise<Finding> {
  const name = 'other runs';
  if (runner) {
    const found = `${runner.user} on ${runner.host}, since ${runner.since} (server process ${runner.worker?.pid ?? runner.pid})`;
    return { name, level: 'note', found, advice: 'migrate would wait for it.' };
  }
  if (!abandoned) return { name, level: 'ok', found: 'none' };
  const found = 'the last one ended without a word: it was killed, or lost its connection';
  return { name, level: 'note', found, advice: 'The next migrate puts that on record and goes on in its place.' };
}

/** A version that is half done, forwards or on its way back. */
export interface Interrupted {
  readonly entry: LedgerEntry;
  readonly steps: StepHistory;
}

/** Those whose statements ran step by step and stopped between two; none while a run is at work. */
export async function interruptedVersions(control: Control): Promise<Interrupted[]> {
  const { ledger, runner } = control;
  if (runner || (ledger.layout ?? 0) < 1) return [];
  const entries = ledger.entries.filter(
    ({ stepsTotal, type }) => stepsTotal !== null && type !== 'rollback' && type !== 'skipped',
  );
  const found: Interrupted[] = [];
  for (const entry of entries) found.push({ entry, steps: await readStepHistory(control, entry.version) });
  return found;
}

export async function interruptions(control: Control, engine: Engine): Promise<Finding[]> {
  const name = 'interrupted migrations';
  const found = await interruptedVersions(control);
  if (found.length === 0) return [{ name, level: 'ok', found: 'none' }];
  return found.map((one) => ({ name, level: 'note', found: engine.mask(whereIn(one)), advice: wayOn(one) }));
}

function whereIn({ entry, steps: { underWay } }: Interrupted): string {
  const back = inForce(entry) ? 'the rollback of ' : '';
  if (underWay)
    return `${back}${entry.version}: step ${underWay.step} of ${underWay.steps} ${underWay.failed ? 'failed' : 'was under way'}: ${underWay.statement}`;
  return `${back}${entry.version}: ${entry.stepsDone ?? 0} of ${entry.stepsTotal} steps are done`;
}

/** A CALL or DO tells nobody what it has done. */
function wayOn({ entry, steps: { underWay } }: Interrupted): string {
  const command = wayOnOf(entry);
  if (underWay?.target !== 'unknown' || underWay.failed) return `${command} goes on there.`;
  return `Look what it has done. ${command} goes on where VERIFY tells; if it does not: taskflow-db repair --step-done ${entry.version}, or --step-not-done.`;
}

/** The command that goes on with it. */
export function wayOnOf(entry: LedgerEntry): string {
  return inForce(entry) ? `taskflow-db rollback --version ${entry.version}` : 'taskflow-db migrate';
}

/** Server processes that still work at what a run had sent that is gone. */
export async function leftAtWork({ session, runner }: Control, engine: Engine): Promise<Finding[]> {
  if (runner) return [];
  const rows = await session.query(LEFT_AT_WORK, [WORKER_NAME]);
  return rows.map((row) => ({
    name: 'left at work',
    level: 'note',
    found: `pid ${row.pid} of ${row.usename} still runs what a run had begun that is gone${row.query ? `: ${engine.mask(row.query)}` : ''}`,
    advice: `The next migrate waits for it. To end it: SELECT pg_terminate_backend(${row.pid});`,
  }));
}

/** A role that may not see what others do is shown a state of null. */
const LEFT_AT_WORK = `SELECT a.pid, a.usename,
  CASE WHEN a.state IS NOT NULL THEN pg_catalog.left(pg_catalog.regexp_replace(a.query, '\\s+', ' ', 'g'), 100) END AS query
FROM pg_catalog.pg_stat_activity AS a WHERE a.application_name = $1 AND a.datname = pg_catalog.current_database()
  AND a.state IS DISTINCT FROM 'idle' ORDER BY a.pid`;
