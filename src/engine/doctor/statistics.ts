import { Problem } from '../../problem/problem.ts';
import { count } from '../../problem/quantity.ts';
import type { Control } from '../control.ts';
import type { Engine } from '../engine.ts';
import type { Finding } from '../finding.ts';
import { writeStatistics } from '../statistics/file.ts';
import { readLiveStatistics } from '../statistics/read.ts';

/** Writes the statistics of the database to a file; `path` is relative to where the tool was started. */
export async function saveStatistics(control: Control, { cwd, settings }: Engine, path: string): Promise<Finding> {
  const name = 'statistics';
  const statistics = await readLiveStatistics(control, settings.searchPath);
  try {
    writeStatistics(statistics, path, cwd);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { name, level: 'wrong', found: error.message };
  }
  const { relations, statements, since } = statistics;
  const tables = relations.filter(({ kind }) => kind === 'table' || kind === 'partitioned table').length;
  const found = `${count(tables, 'table')}, counters since ${since}, in ${path}`;
  if (statements && statements.hidden === 0) return { name, level: 'ok', found };
  return { name, level: 'note', found, advice: statements ? HIDDEN : MISSING };
}

const MISSING =
  'Which statements the application sends is not in it, so a column that is still read may be dropped unseen. An administrator adds pg_stat_statements to shared_preload_libraries, and in the database: CREATE EXTENSION pg_stat_statements;';
const HIDDEN =
  'Statements of other roles are not in it: this role may not see them. An administrator grants it pg_read_all_stats.';
