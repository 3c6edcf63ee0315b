import { readFolders } from '../../files/folders.ts';
import type { Learner } from '../../known/known.ts';
import type { Finding } from '../../lint/finding.ts';
import { leavesBehind } from '../../lint/fix/left-behind.ts';
import { whyNotLater } from '../../lint/fix/why-not-later.ts';
import { type FixContext, type FixedFile, writeFixes } from '../../lint/fix/write-fixes.ts';
import { learnFile } from '../../lint/statement-subjects.ts';
import type { Migration } from '../../migration/migration.ts';
import { parseMigration } from '../../migration/parse.ts';
import { type Linted, lint } from './lint.ts';
import { lintFiles } from './lint-files.ts';
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
      const files = writeFixed(request.cwd, migration, fixed);
      added.push(...files.map((file, i) => ({ file, title: fixed.added[i]!.title })));
      const before = changed.get(migration.file)?.before ?? migration.text;
      changed.set(migration.file, { file: migration.file, before, after: fixed.text });
    }
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
  const { migrations, judged } = lintFiles(asLint(request));
  const versions = [...readFolders(request.settings.directories, request.cwd).files, ...migrations];
  const { reading } = await readingOf(request.options, new Set());
  const isApplied = ({ version }: Migration) => request.knowledge.applied?.has(version) ?? false;
  const files: OneFixed[] = [];
  for (const [i, migration] of migrations.entries()) {
    const own = findings.filter(({ version }) => version === migration.version);
    if (!judged.has(migration.version) || isApplied(migration) || own.length === 0) continue;
    const taken = files.flatMap(({ fixed }) => fixed.added.map(numbered));
    const later = migrations.slice(i + 1).filter((one) => !isApplied(one));
    const context = { versions: [...versions, ...taken], whyNotLater: whyNotLater(reading.parse, migration, later) };
    const before = migrations.slice(0, i).filter((one) => !isApplied(one));
    files.push({ migration, fixed: await fixedFile(request, migration, before, own, context) });
  }
  return files;
}

function numbered({ name }: { readonly name: string }) {
  return { version: name.replace(/\.sql$/, ''), number: BigInt(/^\d+/.exec(name)![0]) };
}

/** Whether the file's own way back still goes with what stands there now decides whether it is added to. */
async function fixedFile(
  request: FixRequest,
  migration: Migration,
  before: readonly Migration[],
  findings: readonly Finding[],
  context: Omit<FixContext, 'undoFirstSteps'>,
): Promise<FixedFile> {
  const plain = writeFixes(migration, findings, { ...context, undoFirstSteps: false });
  if (plain.added.length === 0) return plain;
  const learner = request.knowledge.newLearner();
  const { reading, innerStatements } = await readingOf(request.options, new Set());
  for (const one of before) learnFile(reading, one, learner, innerStatements);
  const { file, version } = migration;
  const after = parseMigration({ file, stem: version, bytes: Buffer.from(plain.text) });
  if (!leavesBehind(reading, after, learner, innerStatements)) return plain;
  return writeFixes(migration, findings, { ...context, undoFirstSteps: true });
}
