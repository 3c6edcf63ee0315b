import { SchemaLearner } from '../../known/learner.ts';
import type { LintBasis } from '../../lint/report.ts';
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
