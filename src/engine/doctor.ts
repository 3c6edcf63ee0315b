import { readFolders } from '../files/folders.ts';
import { Problem } from '../problem/problem.ts';
import { type Control, withControl } from './control.ts';
import { connections } from './doctor/connections.ts';
import { invalidIndexes, preparedTransactions, transactionsLeftOpen } from './doctor/database.ts';
import { auditTrail, interruptions, leftAtWork, runners, trackingTables } from './doctor/history.ts';
import { keptData } from './doctor/kept-data.ts';
import { deathWatch, encoding, serverVersion, writable } from './doctor/server.ts';
import { saveStatistics } from './doctor/statistics.ts';
import type { Engine } from './engine.ts';
import type { Finding } from './finding.ts';
import { privileges } from './privileges.ts';

/**
 * Looks at folders, connection, server, permissions and tracking tables; changes nothing. `stats`: writes there what the server
 * tells of the database, for `lint` without one.
 */
export async function doctor(engine: Engine, stats?: string): Promise<Finding[]> {
  const findings = [migrationFiles(engine)];
  try {
    await withControl(engine, async (control) => {
      for (const check of CHECKS) findings.push(...[await check(control, engine)].flat());
      if (stats !== undefined) findings.push(await saveStatistics(control, engine, stats));
    });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    findings.push(refusal(error));
  }
  return findings;
}

/** Nothing more can be looked at: not connected, or the tracking tables may not be read. */
function refusal(error: Problem): Finding {
  const { server, next } = error.fields;
  const found = server === undefined ? error.message : `${error.message.replace(/[.:]$/, '')}: ${server.message}`;
  const name = error.code === 'permission-denied' ? 'privileges' : 'connection';
  return { name, level: 'wrong', found, ...(next?.[0] ? { advice: next[0] } : {}) };
}

function migrationFiles(engine: Engine): Finding {
  const name = 'migration files';
  try {
    const { files, complaints } = readFolders(engine.settings.directories, engine.cwd);
    const faults = [...complaints, ...files.flatMap(faultOf)];
    const [first] = faults;
    if (!first) return { name, level: 'ok', found: `${files.length} files, all readable` };
    return {
      name,
      level: 'wrong',
      found: `${faults.length} with faults, e.g. ${first.message}`,
      advice: 'See them all: taskflow-db status',
    };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return {
      name,
      level: 'wrong',
      found: error.message,
      ...(error.fields.next?.[0] ? { advice: error.fields.next[0] } : {}),
    };
  }
}

function faultOf(file: { load(): unknown }): Problem[] {
  try {
    file.load();
    return [];
  } catch (error) {
    if (error instanceof Problem) return [error];
    throw error;
  }
}

type Check = (control: Control, engine: Engine) => Promise<Finding | Finding[]>;

const CHECKS: readonly Check[] = [
  serverVersion,
  writable,
  encoding,
  trackingTables,
  auditTrail,
  privileges,
  connections,
  runners,
  leftAtWork,
  interruptions,
  deathWatch,
  transactionsLeftOpen,
  preparedTransactions,
  invalidIndexes,
  keptData,
];
