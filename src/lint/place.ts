import { type Effect, effectOn, type FormUse } from '../facts/form.ts';
import type { KnownTable } from '../known/table.ts';
import { fileOffset } from '../migration/locate.ts';
import type { Migration, Statement } from '../migration/migration.ts';
import { lockBlocks, lockModeName } from '../sql/lock-modes.ts';
import { LineIndex } from '../sql/position.ts';
import { displayIdentifier } from '../sql/quote.ts';
import type { QualifiedName } from '../sql/token-reader.ts';
import type { Complaint, Finding, Fix, Severity } from './finding.ts';
import type { FileComplaint, Subject } from './rule.ts';
import { tableOf } from './weigh.ts';

type Place = Pick<Finding, 'line' | 'column' | 'lineText' | 'endLine' | 'endColumn'>;

/** What a finding says beside its complaint. */
interface About extends Pick<Finding, 'fix' | 'statement' | 'span'> {
  readonly place: Place;
  readonly effects: Effects;
  readonly size: KnownTable['size'];
}

/** Makes findings of one file's complaints; finds lines in time that grows with their logarithm. */
export class FindingPlacer {
  readonly #migration: Migration;
  readonly #lines: LineIndex;

  constructor(migration: Migration) {
    this.#migration = migration;
    this.#lines = new LineIndex(migration.text);
  }

  at(rule: string, severity: Severity, complaint: Complaint, subject: Subject): Finding {
    const fix = madeFix(complaint);
    return this.#finding(rule, severity, complaint, {
      place: this.placeOf(subject.statement, complaint.offset ?? complaint.use?.offset ?? 0),
      effects: effects(complaint.use, subject.options.serverMajor),
      size: tableOf(complaint, subject)?.size,
      fix,
      statement: fix ? subject.statement.sql : null,
      span: spanOf(subject),
    });
  }

  /** What a rule says of a file as a whole stands at the header that it is about, else at its first line. */
  atTop(rule: string, severity: Severity, complaint: FileComplaint): Finding {
    return this.#finding(rule, severity, complaint, {
      place: this.#headPlace(complaint),
      effects: NO_EFFECTS,
      size: undefined,
      fix: madeFix(complaint),
      statement: null,
      span: null,
    });
  }

  /** One literal: V8 keeps an object of so many fields that is spread together as a hash table, at fifty times the cost (measured). */
  #finding(rule: string, severity: Severity, complaint: Complaint, about: About): Finding {
    const { place, effects, size } = about;
    return {
      lock: effects.lock,
      relation: effects.relation,
      blocks: effects.blocks,
      rewrite: effects.rewrite,
      scan: effects.scan,
      rows: size?.rows ?? null,
      bytes: size?.bytes ?? null,
      allowed: null,
      statement: about.statement,
      span: about.span,
      rule,
      severity,
      version: this.#migration.version,
      file: this.#migration.file,
      line: place.line,
      column: place.column,
      lineText: place.lineText,
      endLine: place.endLine,
      endColumn: place.endColumn,
      message: complaint.message,
      why: complaint.why ?? null,
      fix: about.fix,
    };
  }

  #headPlace({ header }: FileComplaint): Place {
    if (!header) return { line: 1, column: 1, lineText: this.#lines.at(0).lineText, endLine: 1, endColumn: 1 };
    const { line, start, text } = header;
    const lineText = this.#migration.text.split('\n', line)[line - 1] ?? '';
    return { line, column: start + 1, lineText, endLine: line, endColumn: start + 1 + text.length };
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

function madeFix({ fix }: Complaint): Fix | null {
  return (typeof fix === 'function' ? fix() : fix) ?? null;
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

const NO_EFFECTS: Effects = { lock: null, relation: null, blocks: null, rewrite: false, scan: false };

function effects(use: FormUse | undefined, serverMajor: number): Effects {
  if (!use) return NO_EFFECTS;
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
