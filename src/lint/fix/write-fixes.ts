import type { Migration } from '../../migration/migration.ts';
import type { Finding, Fix, FixStep } from '../finding.ts';
import { nextFileName } from './next-file-name.ts';
import { withoutUndone } from './own-rollback.ts';
import { splitsTransaction } from './splits-transaction.ts';

/** A file that a fix adds behind all others. */
export interface AddedFile {
  /** `031_validate_orders_customer_fk.sql` */
  readonly name: string;
  readonly text: string;
  /** What it is for, in a few words. */
  readonly title: string;
}

export interface FixedFile {
  /** The new text of the file itself. */
  readonly text: string;
  /** In the order in which they are to be applied. */
  readonly added: readonly AddedFile[];
  readonly written: readonly Finding[];
  /** Fixes that a person has to write, each with the reason. */
  readonly left: readonly { readonly finding: Finding; readonly why: string }[];
}

export interface FixContext {
  /** Versions of all files there are, the new ones too: for their numbers. */
  readonly versions: readonly { readonly version: string; readonly number: bigint }[];
  /** Why the later steps of a fix of this statement must not come behind everything else; undefined: they may. */
  readonly whyNotLater: (finding: Finding) => string | undefined;
  /** The file's own ROLLBACK section would leave something of the first steps: they are undone before it. */
  readonly undoFirstSteps: boolean;
}

/**
 * A file with the safe SQL in the place of what was found. Of a fix of several steps the first stands in the file, each of the
 * others in a new one, since each needs a transaction of its own. One fix is written for each statement: another look finds more.
 */
export function writeFixes(migration: Migration, findings: readonly Finding[], context: FixContext): FixedFile {
  const { taken, left } = chosen(migration, findings, context, new Set());
  const firsts = taken.flatMap(({ span, fix }) => (span ? [{ span, step: fix!.steps[0]! }] : []));
  const section = taken.find(addsSection)?.fix?.steps[0]?.rollback ?? [];
  const several = taken.filter(({ fix }) => fix!.steps.length > 1).reverse();
  const undoing = context.undoFirstSteps ? several.flatMap(({ fix }) => fix!.steps[0]!.rollback) : [];
  const undone = undoing.length > 0 ? several.flatMap(({ fix }) => fix!.steps.flatMap(({ rollback }) => rollback)) : [];
  // Sections stand behind the body: from the end to the beginning, so that offsets still hold.
  const text = replaced(withRollback(withoutUndone(migration, undone), migration, undoing), firsts);
  return {
    text: withSection(text, section),
    added: addedFiles(migration, taken, context),
    written: taken,
    left,
  };
}

interface Chosen {
  readonly taken: readonly Finding[];
  readonly left: FixedFile['left'];
}

/** `splitting`: those that have been found to take the file's atomicity. Without them another one may have its turn. */
function chosen(
  migration: Migration,
  findings: readonly Finding[],
  context: FixContext,
  splitting: ReadonlySet<Finding>,
): Chosen {
  const taken: Finding[] = [];
  const left: { finding: Finding; why: string }[] = [];
  for (const finding of inOrder(findings)) {
    const why = splitting.has(finding) ? SPLITS : whyLeft(finding, taken, context);
    if (why === undefined) taken.push(finding);
    else if (why !== LATER) left.push({ finding, why });
  }
  const more = splitsTransaction(migration, taken);
  return more.length > 0 ? chosen(migration, findings, context, new Set([...splitting, ...more])) : { taken, left };
}

const SPLITS = 'it cannot run in a transaction with the other statements of the file: it needs a file of its own';

/** Those about a whole file come last. */
function inOrder(findings: readonly Finding[]): Finding[] {
  const open = findings.filter(({ fix, allowed }) => fix !== null && allowed === null);
  return [...open.filter((one) => !addsSection(one)), ...open.filter(addsSection)];
}

const LATER = 'another fix of the same statement comes first';

function whyLeft(finding: Finding, taken: readonly Finding[], context: FixContext): string | undefined {
  const { fix, span } = finding;
  if (!fix?.automatic) return 'it needs a decision';
  if (addsSection(finding)) return taken.length > 0 ? LATER : undefined;
  if (!span) return 'the statement cannot be replaced where it stands';
  if (taken.some((one) => one.span?.start === span.start)) return LATER;
  if (fix.steps.length === 1) return undefined;
  if (fix.steps.slice(1).some(({ rollback }) => rollback.length === 0)) return 'one of its steps has no way back';
  return context.whyNotLater(finding);
}

/** A fix that undoes and does nothing: the ROLLBACK section that the file lacks. What the body says then must be settled. */
function addsSection({ fix, span }: Finding): boolean {
  return span === null && fix?.steps.length === 1 && fix.steps[0]?.sql.length === 0;
}

function withSection(text: string, rollback: readonly string[]): string {
  if (rollback.length === 0) return text;
  return `${text.trimEnd()}\n\n-- ROLLBACK:\n${sectionLines(rollback)}`;
}

interface Replacement {
  readonly span: { readonly start: number; readonly end: number };
  readonly step: FixStep;
}

function replaced(text: string, replacements: readonly Replacement[]): string {
  let result = text;
  for (const { span, step } of [...replacements].sort((a, b) => b.span.start - a.span.start)) {
    const indent = /[ \t]*$/.exec(result.slice(0, span.start))![0];
    const comment = (step.comment ?? []).map((line) => `-- ${line}\n${indent}`).join('');
    // Their first lines alone: a line break may stand inside a string or a body.
    result = result.slice(0, span.start) + comment + step.sql.join(`;\n${indent}`) + result.slice(span.end);
  }
  return result;
}

/**
 * With these statements before the first of the ROLLBACK section: what was made last is undone first. `text` is that of the
 * migration up to the line of that first statement.
 */
function withRollback(text: string, { rollback }: Migration, undoing: readonly string[]): string {
  const first = rollback.kind === 'sql' ? rollback.statements[0] : undefined;
  if (!first || undoing.length === 0) return text;
  const start = text.lastIndexOf('\n', first.offset - 1) + 1;
  if (/^[ \t]*--[ \t]*$/.test(text.slice(start, first.offset)))
    return text.slice(0, start) + sectionLines(undoing) + text.slice(start);
  // BEGIN or the end of a comment stands before it on its line.
  const inLine = sectionLines(undoing).slice('-- '.length);
  return `${text.slice(0, first.offset)}${inLine}-- ${text.slice(first.offset)}`;
}

function sectionLines(statements: readonly string[]): string {
  return statements.map((sql) => `-- ${sql.replaceAll('\n', '\n-- ')};\n`).join('');
}

function addedFiles(migration: Migration, taken: readonly Finding[], { versions }: FixContext): AddedFile[] {
  const all = [...versions];
  let before = migration.version;
  return taken.flatMap(({ fix }) =>
    fix!.steps.slice(1).map((step) => {
      const { name, version, number } = nextFileName(all, step.name);
      const text = fileText(step, fix!, before);
      all.push({ version, number });
      before = version;
      return { name, text, title: fix!.title };
    }),
  );
}

function fileText({ sql, rollback, comment = [] }: FixStep, { title }: Fix, before: string): string {
  const [first = `${title.charAt(0).toUpperCase()}${title.slice(1)}`, ...more] = comment;
  const head = [first, `Depends: ${before}`, ...more].map((line) => `-- ${line}\n`).join('');
  return `${head}\n${sql.map((one) => `${one};\n`).join('')}\n-- ROLLBACK:\n${sectionLines(rollback)}`;
}
