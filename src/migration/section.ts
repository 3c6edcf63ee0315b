import type { LineIndex } from '../sql/position.ts';
import { lastNotAfter } from '../sql/position.ts';
import type { CommentItem, CopyItem, StatementItem } from '../sql/script.ts';
import { splitScript } from '../sql/splitter.ts';
import { SqlProblem } from '../sql/sql-problem.ts';
import type { Marker } from './markers.ts';
import type { Statement } from './migration.ts';

/** A section's commented lines as the SQL they stand for, and the way back from there to the file. */
export class Section {
  readonly marker: Marker;
  /** The marker's own offset in the file. */
  readonly offset: number;
  /** SQL outside comments stands below the marker, which has been complained of. */
  hasStraySql = false;
  readonly #lines: string[] = [];
  /** For each line the offset in the file where it begins, after its `-- `. */
  readonly #fileOffsets: number[] = [];
  /** The same as line and column. */
  readonly #filePlaces: { readonly line: number; readonly column: number }[] = [];
  #lastLine: number;

  constructor(marker: Marker, item: CommentItem) {
    this.marker = marker;
    this.offset = item.start;
    this.#lastLine = item.line;
  }

  /** Adds a comment line: one `-- ` or `--` is taken off, all else is kept, blank lines in between too. */
  add(item: CommentItem, lines: LineIndex): void {
    for (let line = this.#lastLine + 1; line < item.line; line++)
      this.#push('', lines.startOf(line) ?? item.start, line, 1);
    const taken = item.text.startsWith('-- ') ? 3 : 2;
    this.#push(item.text.slice(taken), item.start + taken, item.line, item.column + taken);
    this.#lastLine = item.line;
  }

  /** The SQL without blank lines around it. */
  get sql(): string {
    return this.#lines
      .join('\n')
      .replace(/^\s*\n/, '')
      .trimEnd();
  }

  /** The lines as one sentence: an IRREVERSIBLE section's reason may be long. */
  get prose(): string {
    return [this.marker.rest, ...this.#lines]
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .join(' ');
  }

  /** The statements, with places in the file. A problem with the SQL goes to `report`, moved there. */
  statements(file: string, lines: LineIndex, report: (problem: SqlProblem) => void): Statement[] {
    const text = this.#lines.join('\n');
    const move = (problem: SqlProblem) => {
      const offset = this.#toFile(text, problem.offset);
      report(problem.moved({ file, ...lines.at(offset) }, offset));
    };
    const found: Statement[] = [];
    try {
      for (const item of splitScript(text, move)) {
        if (item.kind === 'statement' || item.kind === 'copy') found.push(this.#statement(text, item));
      }
    } catch (error) {
      if (!(error instanceof SqlProblem)) throw error;
      move(error);
    }
    return found;
  }

  #push(text: string, fileOffset: number, line: number, column: number): void {
    this.#lines.push(text);
    this.#fileOffsets.push(fileOffset);
    this.#filePlaces.push({ line, column });
  }

  #statement(text: string, item: StatementItem | CopyItem): Statement {
    const sql = text.slice(item.start, item.end);
    const offset = this.#toFile(text, item.start);
    const place = this.#filePlaces[item.line - 1] ?? { line: item.line, column: 1 };
    const { line, column } = { line: place.line, column: place.column + item.column - 1 };
    const later = this.#fileOffsets.slice(item.line, item.line + sql.split('\n').length - 1);
    const statement = { sql, words: item.words, offset, line, column, lineMap: [offset, ...later] };
    if (item.kind !== 'copy') return statement;
    return { ...statement, copyData: text.slice(item.data.start, item.data.end) };
  }

  #toFile(text: string, offset: number): number {
    const starts = this.#starts(text);
    const line = lastNotAfter(starts, offset);
    return (this.#fileOffsets[line] ?? this.offset) + offset - (starts[line] ?? 0);
  }

  #startsOf: number[] | undefined;

  #starts(text: string): number[] {
    if (this.#startsOf) return this.#startsOf;
    const starts = [0];
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#startsOf = starts;
    return starts;
  }
}
