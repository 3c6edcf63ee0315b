import type { ProblemCode } from '../problem/codes.ts';
import { Problem, type ProblemFields } from '../problem/problem.ts';
import { LineIndex } from '../sql/position.ts';
import type { CommentItem, CopyItem, ScriptItem, StatementItem } from '../sql/script.ts';
import { splitScript } from '../sql/splitter.ts';
import { SqlProblem } from '../sql/sql-problem.ts';
import { asWritten } from './as-written.ts';
import { CODE_HEADERS, DATA_HEADERS, isLateHeader, nearHeader, readHeaderLine } from './header-line.ts';
import { HeaderCollector } from './headers.ts';
import { foreignMarker, type Marker, type MarkerName, nearMarker, readMarker } from './markers.ts';
import type { Headers, Statement } from './migration.ts';
import { Section } from './section.ts';

/** Who has mended so many faults will run it again: no file is read for ever because of its faults. */
export const COMPLAINTS_MAX = 100;

/** A statement of the body, with its end in the file: after the rows, where it is a COPY. */
export type BodyStatement = Statement & { readonly end: number };

/**
 * One pass over a migration's text: its headers, body and sections, and what is wrong with them. Reading goes on after a
 * complaint, so that one run shows them all; only where the SQL cannot be cut into statements it ends.
 */
export class FileReading {
  readonly file: string;
  readonly text: string;
  readonly lines: LineIndex;
  readonly body: BodyStatement[] = [];
  readonly sections = new Map<MarkerName, Section>();
  readonly complaints: Problem[] = [];
  /** The first comment line that is no header: what the migration is about. */
  firstProse: string | undefined;
  /** Where each header of a data migration stands. */
  readonly dataHeaders = new Map<string, number>();
  /** The text could not be read to its end. */
  isBroken = false;
  readonly #headers = new HeaderCollector();
  readonly #isCode: boolean;
  #section: Section | undefined;
  #sqlComplained = false;

  /** `shown`: the text as people see it where that is another one, each character at the same place: a file of code. */
  constructor(file: string, text: string, shown?: string) {
    this.file = file;
    this.text = text;
    this.lines = new LineIndex(shown ?? text);
    this.#isCode = shown !== undefined;
    const report = (problem: SqlProblem) => this.take(problem);
    try {
      for (const item of splitScript(text, report)) this.#read(item);
    } catch (error) {
      if (!(error instanceof SqlProblem)) throw error;
      this.isBroken = true;
      this.take(error);
    }
  }

  get headers(): Headers {
    return this.#headers.headers;
  }

  complain(code: ProblemCode, message: string, offset: number, fields: ProblemFields = {}): void {
    if (this.complaints.length >= COMPLAINTS_MAX) return;
    const where = { file: this.file, ...this.lines.at(offset) };
    this.complaints.push(new Problem(code, message, { where, ...fields }));
  }

  /** Takes a problem with the SQL of the file, or of a section of it. */
  take(problem: SqlProblem): void {
    if (this.complaints.length >= COMPLAINTS_MAX) return;
    this.complaints.push(problem.moved({ ...problem.fields.where, file: this.file }, problem.offset));
  }

  #read(item: ScriptItem): void {
    if (item.kind === 'comment') this.#readComment(item);
    else if (item.kind !== 'psql') this.#readStatement(item);
  }

  #readStatement(item: StatementItem | CopyItem): void {
    for (const comment of item.comments) this.#readInnerComment(comment.start, comment.end);
    if (this.#section) this.#refuseSql(item, this.#section);
    else this.#addToBody(item);
  }

  #addToBody(item: StatementItem | CopyItem): void {
    const { words, start, end, line, column } = item;
    const statement = { sql: this.text.slice(start, end), words, offset: start, line, column, end };
    if (item.kind !== 'copy') this.body.push(statement);
    else {
      const { data } = item;
      this.body.push({ ...statement, end: data.end, copyData: this.text.slice(data.start, data.end) });
    }
  }

  #refuseSql(item: StatementItem | CopyItem, section: Section): void {
    section.hasStraySql = true;
    if (this.#sqlComplained) return;
    this.#sqlComplained = true;
    const { name } = section.marker;
    this.complain('section-invalid', `SQL after the marker ${name} would never run`, item.start, {
      found: asWritten(this.text.slice(item.start, item.end)),
      expected: 'only comment lines after the first section marker',
      next: [
        `If it belongs to the migration, move it above the marker; if to ${name}, put "-- " before each of its lines.`,
      ],
    });
  }

  /** A marker between a statement's words: most likely the `;` before it is missing. */
  #readInnerComment(start: number, end: number): void {
    const comment = this.text.slice(start, end);
    const marker = readMarker(comment);
    if (!marker || !this.#isAloneOnLine(start)) return;
    this.complain('section-invalid', `the marker ${marker.name} stands inside a statement`, start, {
      expected: 'markers after the last statement of the body',
      next: ['End the statement before it with `;`. If it is no marker, write it in other words.'],
    });
  }

  #isAloneOnLine(start: number): boolean {
    let at = start - 1;
    while (this.text[at] === ' ' || this.text[at] === '\t') at--;
    return at < 0 || this.text[at] === '\n';
  }

  #readComment(item: CommentItem): void {
    if (item.text.startsWith('/*')) this.#readBlockComment(item);
    else if (this.#isAloneOnLine(item.start)) this.#readCommentLine(item);
    else if (readMarker(item.text)) {
      this.complain('section-invalid', 'a section marker must stand alone on its line', item.start, {
        next: ['Move it to a line of its own, after the last statement.'],
      });
    }
  }

  #readBlockComment(item: CommentItem): void {
    if (this.#section) {
      this.complain('section-invalid', `a section holds comment lines only, and this is a block comment`, item.start, {
        expected: 'lines that begin with "-- "',
        next: ['If it is SQL of the section, put "-- " before each of its lines instead. If it is a remark, too.'],
      });
    } else if (this.body.length === 0) {
      const prose = item.text.slice(2, -2).split('\n', 20).map(proseOf);
      this.firstProse ??= prose.find((line) => line !== '');
    }
  }

  #readCommentLine(item: CommentItem): void {
    const marker = readMarker(item.text);
    if (marker) this.#openSection(marker, item);
    else if (this.#complainOfNearMarker(item)) return;
    else if (this.#section) this.#section.add(item, this.lines);
    else if (this.body.length === 0) this.#readHeader(item);
    else if (isLateHeader(item.text)) this.#complainOfLateHeader(item);
  }

  #openSection(marker: Marker, item: CommentItem): void {
    this.#section = new Section(marker, item);
    const { name, rest } = marker;
    if (this.sections.has(name)) {
      this.complain('section-invalid', `the file has a second section ${name}`, item.start, {
        next: ['Put all of it into one section.'],
      });
      return;
    }
    this.sections.set(name, this.#section);
    if (name === 'IRREVERSIBLE' && rest === '') {
      this.complain('section-invalid', 'IRREVERSIBLE has no reason', item.start, {
        expected: '-- IRREVERSIBLE: reason',
      });
    } else if (name !== 'IRREVERSIBLE' && rest !== '') {
      this.complain('section-invalid', `${name} has text behind its colon`, item.start, {
        found: rest,
        expected: `-- ${name}: alone on its line, and the SQL on the lines below, each behind "-- "`,
      });
    }
  }

  #complainOfNearMarker(item: CommentItem): boolean {
    const tool = foreignMarker(item.text);
    if (tool !== undefined) {
      this.complain('section-invalid', `this is a marker of ${tool}`, item.start, {
        found: item.text,
        next: [`Import the file with: taskflow-db adopt --from TOOL. Or write it in this tool's own form.`],
      });
      return true;
    }
    const meant = nearMarker(item.text);
    if (meant === undefined) return false;
    this.complain('section-invalid', 'this is almost a section marker', item.start, {
      found: item.text.trim(),
      expected: meant,
      next: [`If it is meant as a section, write exactly: ${meant}  If it is prose, write it without the colon.`],
    });
    return true;
  }

  #readHeader(item: CommentItem): void {
    const header = readHeaderLine(item.text, this.#isCode);
    const meant = nearHeader(item.text);
    if (header) {
      const fault = this.#headers.take(header);
      if (DATA_HEADERS.includes(header.key) || CODE_HEADERS.includes(header.key))
        this.dataHeaders.set(header.key, item.start);
      if (fault) this.complain('header-invalid', `the header ${header.key} is not right`, item.start, fault);
    } else if (meant !== undefined) {
      this.complain('header-invalid', 'this is almost a header', item.start, {
        found: item.text.trim(),
        expected: meant,
        next: [`If it is meant as a header, write exactly: ${meant}  If it is prose, write it without the colon.`],
      });
    } else this.firstProse ??= proseOf(item.text) || undefined;
  }

  #complainOfLateHeader(item: CommentItem): void {
    this.complain('header-invalid', 'headers are read only before the first statement', item.start, {
      found: item.text.trim(),
      next: ['Move the line to the top of the file. If it is prose, write it without the colon.'],
    });
  }
}

/** A description is one line of a list; what is longer is cut. */
const PROSE_MAX = 500;

/** A comment's text without its signs and without lines of decoration. */
function proseOf(comment: string): string {
  const text = comment
    .replace(/^[-=*#~+\s]+/, '')
    .slice(0, PROSE_MAX)
    .trimEnd();
  return text.replace(/\s[-=*#~+]{2,}$/, '').trimEnd();
}
