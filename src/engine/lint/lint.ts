import type { Settings } from '../../config/settings.ts';
import type { Learner } from '../../known/known.ts';
import type { Finding } from '../../lint/finding.ts';
import type { LintOptions } from '../../lint/rule.ts';
import { type ActiveRule, findAll } from '../../lint/run.ts';
import type { Migration } from '../../migration/migration.ts';
import { cancelled } from '../pause.ts';
import { type LintFiles, lintFiles } from './lint-files.ts';
import { readingOf } from './reading.ts';

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
  /** Ids and aliases of all rules, those that are off too. */
  readonly names: ReadonlyMap<string, string>;
  readonly options: LintOptions;
  readonly signal: AbortSignal;
  /** How many of the files to judge have been begun, and which is. */
  readonly onFile?: (done: number, total: number, version: string) => void;
}

export interface Linted {
  readonly findings: readonly Finding[];
  /** The files that were judged, as shown to people. */
  readonly files: readonly string[];
  /** Files beside them that could not be read, so that what they make is not known: one sentence each. */
  readonly notes: readonly string[];
}

/** Judges migrations by their text and by what is known. Nothing is run. Throws a Problem for a file to judge that cannot be read. */
export async function lint(request: LintRequest): Promise<Linted> {
  const files = lintFiles(request);
  const { options, knowledge, rules, names } = request;
  const findings = findAll({
    migrations: files.migrations,
    judged: files.judged,
    learner: knowledge.learner,
    included: knowledge.applied ?? new Set(),
    rules,
    names,
    ...(await readingOf(options, files.unapplied)),
    onFile: progress(request, files),
  });
  const judged = files.migrations.filter(({ version }) => files.judged.has(version));
  return { findings, files: judged.map(({ file }) => file), notes: files.notes };
}

function progress({ signal, onFile }: LintRequest, { judged }: LintFiles): (migration: Migration) => void {
  let done = 0;
  return ({ version }) => {
    if (signal.aborted) throw cancelled();
    onFile?.(done++, judged.size, version);
  };
}
