import type { KnownConstraint } from '../../known/table.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { stringsOf } from '../../syntax/names.ts';
import { as, type Node } from '../../syntax/tree.ts';
import type { FormId } from '../form.ts';
import type { Context } from './use.ts';

/** SET NOT NULL reads no row where the column has it already, or where a valid constraint proves it. */
export function setNotNullForm({ known }: Context, target: QualifiedName | undefined, column: string): FormId {
  const table = known.table(target);
  if (table?.columns.get(column)?.notNull) return 'set-not-null-proven';
  const proven = [...(table?.constraints.values() ?? [])].some((constraint) => proves(constraint, column));
  return proven ? 'set-not-null-proven' : 'set-not-null';
}

function proves({ type, validated, columns, expression, definition }: KnownConstraint, column: string): boolean {
  if (!validated) return false;
  if (type === 'not null' || type === 'primary key') return columns.includes(column);
  return type === 'check' && (isProof(expression, column) || isProofInWords(definition, column));
}

/** `c IS NOT NULL`, by itself or as part of an AND. */
function isProof(expression: Node | undefined, column: string): boolean {
  const both = as('BoolExpr', expression);
  if (both?.boolop === 'AND_EXPR') return (both.args ?? []).some((one) => isProof(one, column));
  const found = as('NullTest', expression);
  return found?.nulltesttype === 'IS_NOT_NULL' && stringsOf(as('ColumnRef', found.arg)?.fields).at(-1) === column;
}

/** As a server writes it: `((c IS NOT NULL) AND (d > 0))`. */
function isProofInWords(definition: string | undefined, column: string): boolean {
  if (!definition || /\b(?:OR|NOT \(|CASE)\b/.test(definition)) return false;
  const parts = definition.replace(/^CHECK\b/, '').split(/\bAND\b/);
  return parts.some((part) => {
    const words = part
      .replaceAll(/[()]/g, ' ')
      .replace(/\bNOT VALID$/, '')
      .trim();
    return words === `${column} IS NOT NULL` || words === `"${column}" IS NOT NULL`;
  });
}
