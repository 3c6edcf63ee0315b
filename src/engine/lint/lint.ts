import { faultFindings } from '../../lint/fault.ts';
import { type Found, findAll } from '../../lint/run.ts';
import type { Migration } from '../../migration/migration.ts';
import { cancelled } from '../pause.ts';
import { type LintFiles, lintFiles } from './lint-files.ts';
import { readingOf } from './reading.ts';
import type { LintRequest } from './request.ts';

export interface Linted extends Found {
  /** The files that were judged, as shown to people. */
  readonly files: readonly string[];
  /** Files beside them that could not be read, so that what they make is not known: one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Judges migrations by their text and by what is known. Nothing is run. A file that cannot be read as a migration is a finding
 * (`isFault`), before all others.
 */
export async function lint(request: LintRequest): Promise<Linted> {
  const files = lintFiles(request);
  const { options, knowledge, rules, names } = request;
  const steps = findAll({
    migrations: files.migrations,
    judged: files.judged,
    versions: files.versions,
    learner: knowledge.learner,
    included: knowledge.applied ?? new Set(),
    rules,
    names,
    ...(await readingOf(options, files.unapplied, request.seenOf)),
    onFile: progress(request, files),
  });
  const found = await inSteps(steps, request.signal);
  const judged = files.migrations.filter(({ version }) => files.judged.has(version));
  const faults = files.faults.flatMap(({ problem, version }) => faultFindings(problem, version));
  return {
    ...found,
    findings: [...faults, ...found.findings],
    files: judged.map(({ file }) => file),
    notes: files.notes,
  };
}

const REST_AFTER_MS = 10;

/** Between the steps, signals get their turn; most steps are much shorter than what they would notice. */
async function inSteps<Result>(steps: Generator<void, Result>, signal: AbortSignal): Promise<Result> {
  for (let rested = performance.now(); ; ) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() - rested < REST_AFTER_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) throw cancelled();
    rested = performance.now();
  }
}

function progress({ onFile }: LintRequest, { judged }: LintFiles): (migration: Migration) => void {
  let done = 0;
  return ({ version }) => {
    onFile?.(done++, judged.size, version);
  };
}
