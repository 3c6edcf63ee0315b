import { type Effect, effectOn, type FormUse } from '../facts/form.ts';
import { fileOffset } from '../migration/locate.ts';
import type { Migration, Statement } from '../migration/migration.ts';
import { lockBlocks, lockModeName } from '../sql/lock-modes.ts';
import { LineIndex } from '../sql/position.ts';
import { displayIdentifier } from '../sql/quote.ts';
import type { QualifiedName } from '../sql/token-reader.ts';
import type { Complaint, Finding, Severity } from './finding.ts';
import type { Subject } from './rule.ts';
import { tableOf } from './weigh.ts';

type Place = Pick<Finding, 'line' | 'column' | 'lineText' | 'endLine' | 'endColumn'>;

/** Makes findings of one file's complaints; finds lines in time that grows with their logarithm. */
export class FindingPlacer {
  readonly #migration: Migration;
  readonly #lines: LineIndex;

  constructor(migration: Migration) {
    this.#migration = migration;
    this.#lines = new LineIndex(migration.text);
  }

  at(rule: string, severity: Severity, complaint: Complaint, subject: Subject): Finding {
    const place = this.placeOf(subject.statement, complaint.offset ?? complaint.use?.offset ?? 0);
    const size = tableOf(complaint, subject)?.size;
    return {
      ...this.#finding(rule, severity, complaint, place),
      ...effects(complaint.use, subject.options.serverMajor),
      statement: complaint.fix ? subject.statement.sql : null,
      span: spanOf(subject),
      rows: size?.rows ?? null,
      bytes: size?.bytes ?? null,
    };
  }

  /** What a rule says of a file as a whole stands at its first line. */
  atTop(rule: string, severity: Severity, complaint: Complaint): Finding {
    const { lineText } = this.#lines.at(0);
    return this.#finding(rule, severity, complaint, { line: 1, column: 1, lineText, endLine: 1, endColumn: 1 });
  }

  #finding(rule: string, severity: Severity, { message, why, fix }: Complaint, place: Place): Finding {
    const { version, file } = this.#migration;
    return { ...NO_EFFECT, rule, severity, version, file, ...place, message, why: why ?? null, fix: fix ?? null };
  }

  /** Where in the file an offset of a statement's text stands. */
  placeOf(statement: Statement, offset: number): Place {
    if (statement.offset < 0) return inLargeFile(statement, offset);
    const { line, column, lineText } = this.#lines.at(fileOffset(statement, offset));
    const end = this.#lines.at(fileOffset(statement, statement.sql.length));
    return { line, column, lineText, endLine: end.line, endColumn: end.column };
  }
}

/** What stands inside a DO block, a commented section or a file that is not held cannot be replaced as it is. */
function spanOf({ section, inside, statement, migration }: Subject): Finding['span'] {
  if (section !== 'body' || inside || statement.offset < 0 || migration.wrappedInTransaction) return null;
  return { start: statement.offset, end: statement.offset + statement.sql.length };
}

/** Only the statement itself is at hand. */
function inLargeFile(statement: Statement, offset: number): Place {
  const lines = new LineIndex(statement.sql);
  const { line, column, lineText } = lines.at(offset);
  const end = lines.at(statement.sql.length);
  const shift = line === 1 ? statement.column - 1 : 0;
  const place = { line: statement.line + line - 1, column: column + shift, lineText: ' '.repeat(shift) + lineText };
  return { ...place, endLine: statement.line + end.line - 1, endColumn: end.column };
}

/** Of what is about no statement. */
export const NO_EFFECT = {
  lock: null,
  relation: null,
  blocks: null,
  rewrite: false,
  scan: false,
  rows: null,
  bytes: null,
  allowed: null,
  statement: null,
  span: null,
} as const;

type Effects = Pick<Finding, 'lock' | 'relation' | 'blocks' | 'rewrite' | 'scan'>;

function effects(use: FormUse | undefined, serverMajor: number): Effects {
  if (!use) return NO_EFFECT;
  const effect = effectOn(use.form, serverMajor);
  const strongest = lockOf(use, effect);
  return {
    lock: strongest ? lockModeName(strongest.mode) : null,
    relation: strongest ? displayName(strongest.on) : null,
    blocks: strongest ? lockBlocks(strongest.mode) : null,
    rewrite: effect.rewrite !== null,
    scan: effect.scan,
  };
}

/** That of the target; where it takes none there, the first of another relation. */
function lockOf(use: FormUse, effect: Effect): { mode: string; on: QualifiedName } | undefined {
  if (effect.lock && use.target) return { mode: effect.lock, on: use.target };
  for (const { on, mode } of effect.others) {
    const name = use.others.find((one) => one.on === on)?.names[0];
    if (name) return { mode, on: name };
  }
  return undefined;
}

export function displayName({ schema, name }: QualifiedName): string {
  return (schema === undefined ? [name] : [schema, name]).map(displayIdentifier).join('.');
}
