import { nameOf, stringsOf } from '../syntax/names.ts';
import { as, type Node, typeOf } from '../syntax/tree.ts';

/** A name, and whether a cast around it keeps it. */
type Figured = readonly [name: string, firm: boolean];

/**
 * The name that PostgreSQL gives to an expression without one (FigureColname of parser/parse_target.c); undefined where it
 * finds none: `?column?` in a query, `expr` in an index.
 */
export function figuredName(expression: Node | undefined): string | undefined {
  return figured(expression)?.[0];
}

function figured(node: Node | undefined): Figured | undefined {
  if (!node) return undefined;
  const inner = INNER[typeOf(node)];
  if (inner) return figured(inner(node));
  return ofReference(node) ?? ofCast(node) ?? ofCase(node) ?? ofKeyword(node);
}

const INNER: Readonly<Record<string, (node: Node) => Node | undefined>> = {
  CollateClause: (node) => as('CollateClause', node)?.arg,
};

function ofReference(node: Node): Figured | undefined {
  const column = as('ColumnRef', node);
  const call = as('FuncCall', node);
  const name = stringsOf(column?.fields ?? call?.funcname).at(-1);
  if (name !== undefined) return [name, true];
  const indirection = as('A_Indirection', node);
  if (!indirection) return undefined;
  const field = stringsOf(indirection.indirection).at(-1);
  return field === undefined ? figured(indirection.arg) : [field, true];
}

function ofCast(node: Node): Figured | undefined {
  const cast = as('TypeCast', node);
  if (!cast) return undefined;
  const inner = figured(cast.arg);
  if (inner?.[1]) return inner;
  const type = nameOf(cast.typeName?.names)?.name;
  return type === undefined ? inner : [type, false];
}

function ofCase(node: Node): Figured | undefined {
  const expression = as('CaseExpr', node);
  if (!expression) return undefined;
  const inner = figured(expression.defresult);
  return inner?.[1] ? inner : ['case', false];
}

function ofKeyword(node: Node): Figured | undefined {
  const name = KEYWORDS[typeOf(node)];
  if (name !== undefined) return [name, true];
  if (as('A_Expr', node)?.kind === 'AEXPR_NULLIF') return ['nullif', true];
  const minimum = as('MinMaxExpr', node);
  if (minimum) return [minimum.op === 'IS_LEAST' ? 'least' : 'greatest', true];
  const value = as('SQLValueFunction', node)?.op;
  return value === undefined ? undefined : [value.replace(/^SVFOP_|_N$/g, '').toLowerCase(), true];
}

const KEYWORDS: Readonly<Record<string, string>> = {
  CoalesceExpr: 'coalesce',
  A_ArrayExpr: 'array',
  RowExpr: 'row',
  XmlSerialize: 'xmlserialize',
};
