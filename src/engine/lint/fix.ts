import { readFolders } from '../../files/folders.ts';
import type { Learner } from '../../known/known.ts';
import type { Finding } from '../../lint/finding.ts';
import { leavesBehind } from '../../lint/fix/left-behind.ts';
import { usesBy, whyNotLater } from '../../lint/fix/why-not-later.ts';
import { type FixContext, type FixedFile, writeFixes } from '../../lint/fix/write-fixes.ts';
import { learnFile } from '../../lint/statement-subjects.ts';
import type { Migration } from '../../migration/migration.ts';
import { parseMigration } from '../../migration/parse.ts';
import { gather, Problem } from '../../problem/problem.ts';
import { type Linted, lint } from './lint.ts';
import { type FileFault, lintFiles } from './lint-files.ts';
import { readingOf } from './reading.ts';
import type { LintRequest } from './request.ts';
import { writeFixed } from './write-fixed.ts';

export interface FixRequest extends Omit<LintRequest, 'knowledge'> {
  readonly knowledge: {
    /** A new one, at the state that is applied, for each look. */
    readonly newLearner: () => Learner;
    readonly applied: ReadonlySet<string> | undefined;
  };
}

export interface Fixed {
  /** Files that were changed, with their text before. */
  readonly changed: readonly { readonly file: string; readonly before: string; readonly after: string }[];
  /** Files that are new. */
  readonly added: readonly { readonly file: string; readonly title: string }[];
  /** What has a fix that was not written, and why. */
  readonly left: FixedFile['left'];
  /** What is found in the files as they are now. */
  readonly linted: Linted;
}

/** A fix may bring what another rule has a fix for; more rounds than this are a fault of ours. */
const ROUNDS_MAX = 6;

/**
 * Writes the fixes that may be written into the files that are judged, and looks again until none is left. A file whose
 * version is applied is never touched.
 */
export async function fix(request: FixRequest): Promise<Fixed> {
  const changed = new Map<string, { file: string; before: string; after: string }>();
  const added: { file: string; title: string }[] = [];
  for (let round = 1; ; round++) {
    const linted = await look(request);
    const files = await fixedFiles(request, linted.findings);
    const left = files.flatMap(({ fixed }) => fixed.left);
    if (round > ROUNDS_MAX || files.every(({ fixed }) => fixed.written.length === 0)) {
      return { changed: [...changed.values()], added, left, linted };
    }
    for (const { migration, fixed } of files.filter((one) => one.fixed.written.length > 0)) {
      const files = written(request.cwd, migration, fixed, [...changed.keys()]);
      added.push(...files.map((file, i) => ({ file, title: fixed.added[i]!.title })));
      const before = changed.get(migration.file)?.before ?? migration.text;
      changed.set(migration.file, { file: migration.file, before, after: fixed.text });
    }
  }
}

/** The files before it stay as they are written: each is whole by itself. */
function written(cwd: string, migration: Migration, fixed: FixedFile, before: readonly string[]): string[] {
  try {
    return writeFixed(cwd, migration, fixed);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const whole =
      before.length > 0
        ? `These files were changed before it, with all that belongs to them: ${before.join(', ')}.`
        : '';
    throw error.with({ state: whole === '' ? 'No file was changed.' : `${migration.file} is as it was. ${whole}` });
  }
}

function look(request: FixRequest): Promise<Linted> {
  return lint(asLint(request));
}

function asLint({ knowledge, ...request }: FixRequest): LintRequest {
  return { ...request, knowledge: { learner: knowledge.newLearner(), applied: knowledge.applied } };
}

interface OneFixed {
  readonly migration: Migration;
  readonly fixed: FixedFile;
}

async function fixedFiles(request: FixRequest, findings: readonly Finding[]): Promise<OneFixed[]> {
  const { migrations, judged, faults } = lintFiles(asLint(request));
  if (faults.length > 0) throw refusal(faults);
  const versions: FixContext['versions'][number][] = [
    ...readFolders(request.settings.directories, request.cwd).files,
    ...migrations,
  ];
  const { reading, innerStatements } = await readingOf(request.options, new Set());
  const unapplied = migrations.filter(({ version }) => !request.knowledge.applied?.has(version));
  const before = new LearnedBefore(request.knowledge.newLearner(), unapplied, (one, learner) =>
    learnFile(reading, one, learner, innerStatements),
  );
  const leaves = (after: Migration, learner: Learner) => leavesBehind(reading, after, learner, innerStatements);
  const uses = usesBy(reading.parse);
  const files: OneFixed[] = [];
  for (const [i, migration] of unapplied.entries()) {
    const own = findings.filter(({ file }) => file === migration.file);
    if (own.length === 0 || !judged.has(migration.version)) continue;
    const context = { versions, whyNotLater: whyNotLater(uses, migration, unapplied.slice(i + 1)) };
    const fixed = fixedFile(migration, own, context, (after) => leaves(after, before.of(migration)));
    versions.push(...fixed.added.map(numbered));
    files.push({ migration, fixed });
  }
  return files;
}

/** What stands in a file that cannot be read may be in the way of a fix. */
function refusal(faults: readonly FileFault[]): Problem {
  const problems = faults.map(({ problem }) => problem);
  return gather('catalogue', '--fix writes nothing: files have faults', problems).with({
    state: 'No file was changed.',
  });
}

/** What is known before each file, of files that are asked for in their order: each is learned once, and when it is first needed. */
class LearnedBefore {
  readonly #learner: Learner;
  readonly #migrations: readonly Migration[];
  readonly #learn: (migration: Migration, learner: Learner) => void;
  #learned = 0;

  constructor(learner: Learner, migrations: readonly Migration[], learn: (one: Migration, learner: Learner) => void) {
    this.#learner = learner;
    this.#migrations = migrations;
    this.#learn = learn;
  }

  of(migration: Migration): Learner {
    for (const end = this.#migrations.indexOf(migration); this.#learned < end; this.#learned++) {
      this.#learn(this.#migrations[this.#learned]!, this.#learner);
    }
    return this.#learner.fork();
  }
}

function numbered({ name }: { readonly name: string }) {
  return { version: name.replace(/\.sql$/, ''), number: BigInt(/^\d+/.exec(name)![0]) };
}

/** Whether the file's own way back still goes with what stands there now decides whether it is added to. */
function fixedFile(
  migration: Migration,
  findings: readonly Finding[],
  context: Omit<FixContext, 'undoFirstSteps'>,
  leavesSome: (after: Migration) => boolean,
): FixedFile {
  const plain = writeFixes(migration, findings, { ...context, undoFirstSteps: false });
  if (plain.added.length === 0) return plain;
  const { file, version } = migration;
  const after = parseMigration({ file, stem: version, bytes: Buffer.from(plain.text) });
  return leavesSome(after) ? writeFixes(migration, findings, { ...context, undoFirstSteps: true }) : plain;
}
