import { displayIdentifier, quoteLiteral } from '../../sql/quote.ts';
import { nameOf } from '../names.ts';
import { all, as, type Fields, type Node } from '../tree.ts';

/**
 * The text that an expression has whenever it is evaluated: constants, put together by `||`, format(), concat(), quote_ident()
 * and quote_literal(). Undefined where something in it is only known when it runs.
 */
export function constantText(node: Node | undefined): string | undefined {
  const constant = as('A_Const', node);
  if (constant) return constant.sval?.sval ?? (constant.ival ? String(constant.ival.ival ?? 0) : undefined);
  const cast = as('TypeCast', node);
  if (cast) return constantText(cast.arg);
  const call = as('FuncCall', node);
  if (call) return calledText(call);
  return joinedText(as('A_Expr', node));
}

function joinedText(expression: Fields<'A_Expr'> | undefined): string | undefined {
  if (expression?.kind !== 'AEXPR_OP' || nameOf(expression.name)?.name !== '||') return undefined;
  const [left, right] = [constantText(expression.lexpr), constantText(expression.rexpr)];
  return left === undefined || right === undefined ? undefined : left + right;
}

function calledText({ funcname, args = [], func_variadic }: Fields<'FuncCall'>): string | undefined {
  const values = args.map(constantText);
  const [first = ''] = values;
  if (func_variadic || !values.every((value) => value !== undefined)) return undefined;
  switch (nameOf(funcname)?.name) {
    case 'format':
      return formatted(first, values.slice(1));
    case 'concat':
      return values.join('');
    case 'quote_ident':
      return displayIdentifier(first);
    case 'quote_literal':
      return quoteLiteral(first);
    default:
      return undefined;
  }
}

/** As format() does it (manual, "String Functions"); undefined where a width is given or a value is missing. */
function formatted(pattern: string, values: readonly string[]): string | undefined {
  let next = 0;
  let known = true;
  const text = pattern.replaceAll(/%(?:(\d+)\$)?(.?)/gs, (_, position: string | undefined, type: string) => {
    if (type === '%') return '%';
    if (position) next = Number(position) - 1;
    const value = values[next++];
    known &&= value !== undefined && 'sIL'.includes(type) && type !== '';
    return { s: value, I: displayIdentifier(value ?? ''), L: quoteLiteral(value ?? '') }[type] ?? '';
  });
  return known ? text : undefined;
}

/** The one string constant of an expression that is nothing else. */
export function soleConstant(node: Node | undefined): string | undefined {
  return as('A_Const', node)?.sval?.sval;
}

/** The expression of `SELECT expression`. */
export function selectedExpression(node: Node): Node | undefined {
  return all('ResTarget', as('SelectStmt', node)?.targetList)[0]?.val;
}
