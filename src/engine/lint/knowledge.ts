import { knownFrom } from '../../known/known-from.ts';
import { SchemaLearner } from '../../known/learner.ts';
import type { Statistics } from '../../known/statistics.ts';
import type { LintBasis } from '../../lint/report.ts';
import { withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { statisticsFromFile } from '../statistics/file.ts';
import { readLiveStatistics } from '../statistics/read.ts';
import type { FixRequest } from './fix.ts';

/** What was found out before the files are judged, and from whom. */
export interface Told extends Pick<LintBasis, 'source' | 'database' | 'unasked' | 'statisticsFile' | 'takenAt'> {
  readonly knowledge: FixRequest['knowledge'];
  /** Major version of the server; undefined where none told it. */
  readonly serverMajor: number | undefined;
}

/** Nothing but what the files tell of each other. `unasked`: why a database that is named was not asked. */
export function fromFiles(unasked: string | null): Told {
  return {
    source: 'files',
    database: null,
    unasked,
    statisticsFile: null,
    takenAt: null,
    serverMajor: undefined,
    knowledge: { newLearner: () => new SchemaLearner(), applied: undefined },
  };
}

/** What a file tells that `doctor --stats` wrote. `path` is relative to `cwd`. Problem `file-unreadable` or `statistics-invalid`. */
export function fromStatistics(path: string, cwd: string): Told {
  return toldBy(statisticsFromFile(path, cwd), path);
}

/** What the server tells; it waits for nobody's lock. */
export async function fromDatabase(engine: Engine): Promise<Told> {
  return withControl(engine, async (control) => toldBy(await readLiveStatistics(control, engine.settings.searchPath)));
}

/** What statistics tell, of a live server or from a file. */
export function toldBy(statistics: Statistics, file?: string): Told {
  const known = knownFrom(statistics);
  return {
    source: file === undefined ? 'database' : 'statistics',
    database: statistics.database,
    unasked: null,
    statisticsFile: file ?? null,
    takenAt: statistics.writtenAt,
    serverMajor: Math.trunc(statistics.versionNum / 10_000),
    knowledge: {
      newLearner: () => new SchemaLearner(known),
      applied: new Set(statistics.applied.map(({ version }) => version)),
    },
  };
}
