import { plpgsqlStatements } from './inner/plpgsql.ts';
import { readableForms } from './inner/readable.ts';
import { atomicStatements, sqlStatements } from './inner/sql-body.ts';
import type { Inner, InnerStatement } from './inner/statement.ts';
import { type PlacedText, stringConstant } from './inner/string-constant.ts';
import { all, as, type Fields, isTree, type Node, type ParseStatement, type SyntaxTree } from './tree.ts';

/** Reads the body of a statement that makes a PL/pgSQL function, or of a DO block, as PL/pgSQL's parser reports it. */
export type ParsePlpgsql = (sql: string) => unknown;

const NOTHING: Inner = { statements: [], unknown: [] };

/**
 * The statements inside a DO, CREATE FUNCTION or CREATE PROCEDURE, in the order of its text: those of the body, of EXECUTE with
 * a text that is constant, and those of a DO block among them. Any other statement has none.
 */
export function innerStatements(
  { node, offsetOf }: SyntaxTree,
  sql: string,
  parsePlpgsql: ParsePlpgsql,
  parse: ParseStatement,
): Inner {
  const { args = [], options = [], sql_body } = bodyOf(node);
  if (sql_body) return { ...NOTHING, statements: as('List', sql_body) ? atomicStatements(sql) : [] };
  const definitions = all('DefElem', [...args, ...options]);
  const text = definitions.find(({ defname }) => defname === 'as');
  const value = textOf(text?.arg);
  if (!text || value === undefined) return NOTHING;
  const language = textOf(definitions.find(({ defname }) => defname === 'language')?.arg) ?? 'plpgsql';
  const body = stringConstant(sql, offsetOf(text.location), value);
  return deeper(inLanguage(language.toLowerCase(), body, sql, parsePlpgsql, parse), parsePlpgsql, parse);
}

type Body = Pick<Fields<'CreateFunctionStmt'>, 'options' | 'sql_body'> & Pick<Fields<'DoStmt'>, 'args'>;

function bodyOf(node: Node): Body {
  return as('DoStmt', node) ?? pick(as('CreateFunctionStmt', node));
}

function pick(statement: Fields<'CreateFunctionStmt'> | undefined): Body {
  return {
    ...(statement?.options && { options: statement.options }),
    ...(statement?.sql_body && { sql_body: statement.sql_body }),
  };
}

/** The text of a DefElem; a body comes as a list, which holds two for a function in C. */
function textOf(node: Node | undefined): string | undefined {
  return as('String', node)?.sval ?? all('String', as('List', node)?.items)[0]?.sval;
}

function inLanguage(
  language: string,
  body: PlacedText,
  sql: string,
  parsePlpgsql: ParsePlpgsql,
  parse: ParseStatement,
): Inner {
  if (language === 'c' || language === 'internal') return NOTHING;
  try {
    if (language === 'sql') return { ...NOTHING, statements: sqlStatements(body) };
    const reported = language === 'plpgsql' ? firstReport(sql, body, parsePlpgsql) : undefined;
    if (reported) return plpgsqlStatements(body, reported, parse);
  } catch {
    // A text that cannot be cut into statements: said below.
  }
  const why = ['sql', 'plpgsql'].includes(language) ? 'a body that cannot be read' : `a body in ${language}`;
  return { ...NOTHING, unknown: [{ offset: body.placeOf(0), why }] };
}

function firstReport(sql: string, body: PlacedText, parsePlpgsql: ParsePlpgsql): unknown {
  for (const form of readableForms(sql, body)) {
    const reported = parsePlpgsql(form);
    if (reported) return reported;
  }
  return undefined;
}

function deeper(inner: Inner, parsePlpgsql: ParsePlpgsql, parse: ParseStatement): Inner {
  const found = inner.statements.map((statement) => withBlocks(statement, parsePlpgsql, parse));
  const expressions = [inner, ...found].flatMap((one) => one.expressions ?? []);
  const variables = [inner, ...found].flatMap((one) => one.variables ?? []);
  return {
    statements: found.flatMap(({ statements }) => statements),
    ...(expressions.length > 0 ? { expressions } : {}),
    ...(variables.length > 0 ? { variables } : {}),
    unknown: [...inner.unknown, ...found.flatMap(({ unknown }) => unknown)],
  };
}

/** A statement and, where it is a DO block, those inside it. */
function withBlocks(outer: InnerStatement, parsePlpgsql: ParsePlpgsql, parse: ParseStatement): Inner {
  const tree = /^do\b/i.test(outer.sql) ? parse(outer.sql) : undefined;
  if (!tree || !isTree(tree)) return { ...NOTHING, statements: [outer] };
  const {
    statements,
    expressions = [],
    variables = [],
    unknown,
  } = innerStatements(tree, outer.sql, parsePlpgsql, parse);
  const move = (one: InnerStatement): InnerStatement => ({
    ...one,
    offset: outer.placeOf(one.offset),
    placeOf: (offset: number) => outer.placeOf(one.placeOf(offset)),
    inLoop: one.inLoop || outer.inLoop,
    commits: one.commits || outer.commits,
  });
  return {
    statements: [outer, ...statements.map(move)],
    expressions: expressions.map(move),
    variables: variables.map((one) => ({ ...one, offset: outer.placeOf(one.offset) })),
    unknown: unknown.map(({ offset, why }) => ({ offset: outer.placeOf(offset), why })),
  };
}
