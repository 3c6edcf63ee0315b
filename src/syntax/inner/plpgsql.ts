import { isTree, type ParseStatement } from '../tree.ts';
import { constantText, selectedExpression, soleConstant } from './constant-text.ts';
import { type Declaration, declarationsIn, type Part } from './declarations.ts';
import { sqlStatements } from './sql-body.ts';
import type { Inner, InnerStatement, Variable } from './statement.ts';
import { type PlacedText, stringConstant } from './string-constant.ts';

/** A node of what PL/pgSQL's parser gives: `{ PLpgSQL_stmt_if: { lineno, cond, then_body, ... } }`. */
type Fields = Readonly<Record<string, unknown>>;

interface Loop {
  readonly inLoop: boolean;
  readonly commits: boolean;
}

/** The statements of a body in PL/pgSQL, given the function that its parser reports. */
export function plpgsqlStatements(body: PlacedText, reported: unknown, parse: ParseStatement): Inner {
  return new BodyReader(body, parse).read(reported);
}

const OUTSIDE: Loop = { inLoop: false, commits: false };

const LOOPS = new Set(['loop', 'while', 'fori', 'fors', 'forc', 'foreach_a', 'dynfors']);

/** Walks through the parser's report in the order of the text. It tells lines, and texts of SQL without their places. */
class BodyReader {
  readonly #body: PlacedText;
  readonly #parse: ParseStatement;
  readonly #lines: readonly number[];
  readonly #statements: InnerStatement[] = [];
  readonly #expressions: InnerStatement[] = [];
  readonly #unknown: { offset: number; why: string }[] = [];
  #from = 0;

  constructor(body: PlacedText, parse: ParseStatement) {
    this.#body = body;
    this.#parse = parse;
    this.#lines = [0, ...[...body.text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  }

  read(reported: unknown): Inner {
    const declared = declarationsIn(this.#body.text);
    for (const one of declared) this.#declare(one);
    this.#visit(reported, OUTSIDE);
    return {
      statements: this.#statements,
      expressions: this.#expressions,
      variables: declared.flatMap((one) => this.#variable(one) ?? []),
      unknown: this.#unknown,
    };
  }

  #declare({ type, value, query }: Declaration): void {
    const read = query ?? value;
    if (!read) return;
    // The type says what a constant is one of: a label of an enum.
    const cast = type && /^'/.test(read.text) && !type.text.includes('%') ? `::${type.text}` : '';
    if (query) this.#reads(query, '', '');
    else this.#reads(read, `${SELECT}(`, `)${cast}`);
  }

  #reads({ text, start }: Part, before: string, behind: string): void {
    const placeOf = (offset: number) => this.#body.placeOf(start + within(offset - before.length, text.length));
    this.#expressions.push({ sql: before + text + behind, offset: placeOf(0), placeOf, ...OUTSIDE });
  }

  #variable({ name, type }: Declaration): Variable | undefined {
    if (!type) return undefined;
    return { name, type: type.text.replace(/%\s*rowtype\b/i, ''), offset: this.#body.placeOf(type.start) };
  }

  #visit(value: unknown, loop: Loop): void {
    if (Array.isArray(value)) for (const item of value) this.#visit(item, loop);
    else if (isFields(value)) {
      for (const [key, inner] of Object.entries(value)) {
        if (key === 'datums') continue;
        if (key.startsWith('PLpgSQL_stmt_') && isFields(inner)) this.#statement(key.slice(13), inner, loop);
        else if (key === 'PLpgSQL_expr' && isFields(inner)) this.#expression(inner, loop);
        else this.#visit(inner, loop);
      }
    }
  }

  #statement(kind: string, fields: Fields, loop: Loop): void {
    this.#from = Math.max(this.#from, this.#lines[Number(fields.lineno ?? 1) - 1] ?? 0);
    if (kind === 'perform') this.#perform(queryOf(fields.expr), loop);
    else {
      this.#static(queryOf(fields.sqlstmt) ?? (kind === 'call' ? queryOf(fields.expr) : undefined), loop);
      const query = queryOf(fields.query);
      const isDynamic = kind === 'dynexecute' || kind === 'dynfors';
      this.#static(isDynamic ? undefined : query, loop);
      this.#dynamic(isDynamic ? query : queryOf(fields.dynquery), loop);
      this.#visit(withoutStatements(kind, fields), LOOPS.has(kind) ? around(fields, loop) : loop);
    }
  }

  /** A call, a query, a field or a constant in it may mean something; a variable alone does not. An assignment is reported whole. */
  #expression({ query, parseMode }: Fields, loop: Loop): void {
    if (typeof query !== 'string' || !/[('.]/.test(query)) return;
    const start = Math.max(this.#from, this.#body.text.indexOf(query, this.#from));
    const target = Number(parseMode) >= ASSIGNMENT ? (/^[^=]*=/.exec(query)?.[0] ?? '') : '';
    // Read as a comparison, which needs the same columns, and tells the type of a constant.
    const before = target ? `${SELECT}${target.replace(/:?=$/, '')} = (` : `${SELECT}(`;
    const placeOf = (offset: number) =>
      this.#body.placeOf(
        start +
          (offset < before.length
            ? within(offset - SELECT.length, target.length)
            : target.length + within(offset - before.length, query.length)),
      );
    this.#expressions.push({ sql: `${before}${query.slice(target.length)})`, offset: placeOf(0), placeOf, ...loop });
  }

  #static(query: string | undefined, loop: Loop): void {
    if (query !== undefined) this.#add(query, this.#find(query), loop);
  }

  /** PERFORM x is reported as SELECT x, which is one character shorter. */
  #perform(query: string | undefined, loop: Loop): void {
    if (query === undefined) return;
    const found = /perform/gi;
    found.lastIndex = this.#from;
    const start = (found.exec(this.#body.text)?.index ?? this.#from) + 1;
    this.#from = start;
    this.#add(query, start, loop);
  }

  #dynamic(query: string | undefined, loop: Loop): void {
    if (query === undefined) return;
    const start = this.#find(query);
    const parsed = this.#parse(`SELECT ${query}`);
    const expression = isTree(parsed) ? selectedExpression(parsed.node) : undefined;
    const text = constantText(expression);
    if (text === undefined) {
      this.#unknown.push({
        offset: this.#body.placeOf(start),
        why: 'EXECUTE of a text that is known only when it runs',
      });
      return;
    }
    const constant = soleConstant(expression) === text ? stringConstant(this.#body.text, start, text) : undefined;
    const placeOf = (offset: number) => this.#body.placeOf(constant?.placeOf(offset) ?? start);
    try {
      for (const statement of sqlStatements({ text, placeOf })) this.#statements.push({ ...statement, ...loop });
    } catch {
      this.#notKnown(start, 'EXECUTE of a text that cannot be read');
    }
  }

  #notKnown(start: number, why: string): void {
    this.#unknown.push({ offset: this.#body.placeOf(start), why });
  }

  #add(query: string, start: number, loop: Loop): void {
    const placeOf = (offset: number) => this.#body.placeOf(start + offset);
    this.#statements.push({ sql: query, offset: placeOf(0), placeOf, ...loop });
  }

  /** INTO and its variables are reported as blanks, so only what stands before such blanks is looked for. */
  #find(query: string): number {
    const { text } = this.#body;
    const whole = text.indexOf(query, this.#from);
    const found = whole === -1 ? text.indexOf(query.split(/ {5}/)[0] ?? '', this.#from) : whole;
    if (found === -1) return this.#from;
    this.#from = found + (whole === -1 ? 1 : query.length);
    return found;
  }
}

const SELECT = 'SELECT ';

/** RAW_PARSE_PLPGSQL_ASSIGN1 of parser/parser.h, and those with more dots in their target. */
const ASSIGNMENT = 3;

function within(offset: number, length: number): number {
  return Math.min(Math.max(0, offset), length);
}

/** The rest of its fields: what is a statement of SQL is one already. */
function withoutStatements(kind: string, fields: Fields): Fields {
  const { sqlstmt: _, query: __, dynquery: ___, ...rest } = fields;
  if (kind !== 'call') return rest;
  const { expr: ____, ...others } = rest;
  return others;
}

function around(fields: Fields, outer: Loop): Loop {
  return { inLoop: true, commits: outer.commits || holdsCommit(fields.body) };
}

function holdsCommit(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsCommit);
  if (!isFields(value)) return false;
  return Object.entries(value).some(([key, inner]) => key === 'PLpgSQL_stmt_commit' || holdsCommit(inner));
}

function queryOf(value: unknown): string | undefined {
  const expression = isFields(value) ? value.PLpgSQL_expr : undefined;
  return isFields(expression) && typeof expression.query === 'string' ? expression.query : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
