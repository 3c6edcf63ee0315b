import type { A_Const, A_Expr, TypeName } from '@pgsql/types';
import { displayIdentifier, quoteLiteral } from '../sql/quote.ts';
import { stringsOf } from './names.ts';
import { all, as, type Fields, type Node, type NodeType, typeOf } from './tree.ts';

/**
 * An expression as SQL: what defaults, checks, conditions and keys of indexes are mostly made of. Undefined where a part of it is
 * of another kind, so that nothing is written that could mean something else.
 */
export function expressionText(node: Node | undefined): string | undefined {
  if (!node) return undefined;
  const type = typeOf(node);
  const write = WRITERS[type] as ((fields: unknown) => string | undefined) | undefined;
  return write?.(as(type, node));
}

const WRITERS: { readonly [Type in NodeType]?: (fields: Fields<Type>) => string | undefined } = {
  A_Const: constant,
  ColumnRef: ({ fields }) => (all('A_Star', fields).length > 0 ? undefined : path(stringsOf(fields))),
  TypeCast: ({ arg, typeName }) => joined`${operand(arg)}::${typeName && typeText(typeName)}`,
  CollateClause: ({ arg, collname }) => joined`${operand(arg)} COLLATE ${path(stringsOf(collname))}`,
  FuncCall: call,
  SQLValueFunction: ({ op = '' }) => VALUES[op],
  CoalesceExpr: ({ args }) => joined`COALESCE(${list(args)})`,
  A_ArrayExpr: ({ elements }) => joined`ARRAY[${list(elements)}]`,
  List: ({ items }) => joined`(${list(items)})`,
  NullTest: ({ arg, nulltesttype }) =>
    joined`${operand(arg)} ${nulltesttype === 'IS_NULL' ? 'IS NULL' : 'IS NOT NULL'}`,
  BooleanTest: ({ arg, booltesttype = '' }) => joined`${operand(arg)} ${booltesttype.replaceAll('_', ' ')}`,
  BoolExpr: ({ boolop, args = [] }) => {
    if (boolop === 'NOT_EXPR') return joined`NOT ${operand(args[0])}`;
    return together(args.map(operand), boolop === 'AND_EXPR' ? ' AND ' : ' OR ');
  },
  A_Expr: operation,
};

/** None where a part of it is not known. */
function joined(texts: TemplateStringsArray, ...parts: readonly (string | undefined)[]): string | undefined {
  return parts.includes(undefined) ? undefined : String.raw({ raw: texts }, ...parts);
}

function together(parts: readonly (string | undefined)[], separator: string): string | undefined {
  return parts.includes(undefined) ? undefined : parts.join(separator);
}

function list(nodes: readonly Node[] | undefined): string | undefined {
  return together((nodes ?? []).map(expressionText), ', ');
}

function path(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : names.map(displayIdentifier).join('.');
}

/** Between parentheses where what stands around it could bind a part of it. */
function operand(node: Node | undefined): string | undefined {
  const text = expressionText(node);
  const type = node && typeOf(node);
  const isOne = type === undefined || !LOOSE.has(type) || text?.startsWith('(');
  return text === undefined || isOne ? text : `(${text})`;
}

const LOOSE: ReadonlySet<NodeType> = new Set<NodeType>([
  'A_Expr',
  'BoolExpr',
  'NullTest',
  'BooleanTest',
  'CollateClause',
  'TypeCast',
]);

function constant({ isnull, ival, fval, sval, boolval }: A_Const): string | undefined {
  if (isnull) return 'NULL';
  if (ival) return number(`${ival.ival ?? 0}`);
  if (fval) return number(fval.fval ?? '0');
  if (boolval) return boolval.boolval ? 'true' : 'false';
  return sval ? quoteLiteral(sval.sval ?? '') : undefined;
}

/** The sign binds less than a cast does. */
function number(text: string): string {
  return text.startsWith('-') ? `(${text})` : text;
}

const VALUES: Readonly<Record<string, string>> = {
  SVFOP_CURRENT_DATE: 'CURRENT_DATE',
  SVFOP_CURRENT_TIME: 'CURRENT_TIME',
  SVFOP_CURRENT_TIMESTAMP: 'CURRENT_TIMESTAMP',
  SVFOP_LOCALTIME: 'LOCALTIME',
  SVFOP_LOCALTIMESTAMP: 'LOCALTIMESTAMP',
  SVFOP_CURRENT_USER: 'CURRENT_USER',
  SVFOP_SESSION_USER: 'SESSION_USER',
};

/** Functions that are called as any other is. */
function call({
  funcname,
  args,
  agg_star,
  agg_distinct,
  agg_order,
  agg_filter,
  over,
  func_variadic,
  funcformat,
}: Fields<'FuncCall'>) {
  if (agg_star || agg_distinct || agg_order || agg_filter || over || func_variadic) return undefined;
  if (funcformat === 'COERCE_SQL_SYNTAX') return undefined;
  return joined`${path(stringsOf(funcname))}(${list(args)})`;
}

const KINDS: Readonly<Partial<Record<NonNullable<A_Expr['kind']>, Readonly<Record<string, string>>>>> = {
  AEXPR_DISTINCT: { '=': 'IS DISTINCT FROM' },
  AEXPR_NOT_DISTINCT: { '=': 'IS NOT DISTINCT FROM' },
  AEXPR_IN: { '=': 'IN', '<>': 'NOT IN' },
  AEXPR_LIKE: { '~~': 'LIKE', '!~~': 'NOT LIKE' },
  AEXPR_ILIKE: { '~~*': 'ILIKE', '!~~*': 'NOT ILIKE' },
};

function operation({ kind = 'AEXPR_OP', name, lexpr, rexpr }: A_Expr): string | undefined {
  const [operator = '', schema] = stringsOf(name).reverse();
  if (schema !== undefined) return undefined;
  if (kind === 'AEXPR_NULLIF') return joined`NULLIF(${expressionText(lexpr)}, ${expressionText(rexpr)})`;
  const [left, right] = [lexpr ? operand(lexpr) : '', operand(rexpr)];
  if (kind === 'AEXPR_OP') return joined`${left}${lexpr ? ' ' : ''}${operator} ${right}`;
  if (kind === 'AEXPR_OP_ANY') return joined`${left} ${operator} ANY (${right})`;
  if (kind === 'AEXPR_OP_ALL') return joined`${left} ${operator} ALL (${right})`;
  if (kind === 'AEXPR_BETWEEN' || kind === 'AEXPR_NOT_BETWEEN') {
    const bounds = (as('List', rexpr)?.items ?? []).map(operand);
    return joined`${left} ${operator} ${together(bounds, ' AND ')}`;
  }
  return joined`${left} ${KINDS[kind]?.[operator]} ${right}`;
}

/** `numeric(10, 2)[]`, `app.mood`; undefined for intervals of certain fields and %TYPE. */
function typeText({ names, typmods, arrayBounds, pct_type, setof }: TypeName): string | undefined {
  const numbers = (typmods ?? []).map(expressionText);
  if (pct_type || setof || stringsOf(names).at(-1) === 'interval')
    return numbers.length > 0 ? undefined : path(stringsOf(names));
  const modifiers = numbers.length > 0 ? joined`(${together(numbers, ', ')})` : '';
  const bounds = (arrayBounds ?? []).map(() => '[]').join('');
  return joined`${path(stringsOf(names))}${modifiers}${bounds}`;
}
