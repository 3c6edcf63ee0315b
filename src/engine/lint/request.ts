import type { Settings } from '../../config/settings.ts';
import type { Learner } from '../../known/known.ts';
import type { ActiveRule } from '../../lint/asked.ts';
import type { LintOptions } from '../../lint/rule.ts';
import type { Reading } from '../../lint/subject.ts';

/** What is known beside the files: from a live server, from its statistics, or nothing. */
export interface Knowledge {
  /** Holds what the versions in `applied` have made. */
  readonly learner: Learner;
  /** Versions that are applied; undefined: nobody was asked. */
  readonly applied: ReadonlySet<string> | undefined;
}

export interface LintRequest {
  readonly settings: Pick<Settings, 'directories'>;
  readonly cwd: string;
  /** Absolute paths; none: what is not applied, or where nobody knows, every file. */
  readonly files: readonly string[];
  /** Of these versions alone. */
  readonly only?: ReadonlySet<string>;
  readonly knowledge: Knowledge;
  readonly rules: readonly ActiveRule[];
  /** Ids and aliases of all rules, those that are off too, each with the ids that it means. */
  readonly names: ReadonlyMap<string, readonly string[]>;
  readonly options: LintOptions;
  /** What a rehearsal of these files has shown, if there was one. */
  readonly seenOf?: Reading['seenOf'];
  readonly signal: AbortSignal;
  /** How many of the files to judge have been begun, and which is. */
  readonly onFile?: (done: number, total: number, version: string) => void;
}
