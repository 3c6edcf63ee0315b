import type { Change } from '../catalog/compare.ts';
import { quoteIdentifier, quoteQualified } from '../sql/quote.ts';

/** Properties that are written out from an expression: the same expression may be written in two ways. */
const EXPRESSIONS: ReadonlySet<string> = new Set(['definition', 'default', 'using', 'with check']);

/** Whether nothing but expressions differs. */
export function differsInExpressions({ kind, detail }: Change): boolean {
  return kind === 'changed' && Object.keys(detail).every((property) => EXPRESSIONS.has(property));
}

/**
 * Statements that make the object's expression anew from the text in which one side has it. PostgreSQL reads its own text in
 * and may write it out in another, settled form from then on: `x IN ('a')` of a varchar is such a case. Empty where there is no
 * such text.
 */
export function reloadStatements({ type, identity, detail }: Change, side: 'before' | 'after'): string[] {
  const text = (property: string) => {
    const value = detail[property]?.[side];
    return typeof value === 'string' ? value : undefined;
  };
  const definition = text('definition');
  const table = quoteQualified(...identity.slice(0, 2));
  const name = quoteIdentifier(identity.at(-1) ?? '');
  switch (type) {
    case 'constraint':
      if (!definition?.startsWith('CHECK')) return [];
      return [`ALTER TABLE ${table} DROP CONSTRAINT ${name}, ADD CONSTRAINT ${name} ${definition}`];
    case 'domain constraint':
      return definition
        ? [
            `ALTER DOMAIN ${table} DROP CONSTRAINT ${name}`,
            `ALTER DOMAIN ${table} ADD CONSTRAINT ${name} ${definition}`,
          ]
        : [];
    case 'column': {
      const value = text('default');
      return value ? [`ALTER TABLE ${table} ALTER COLUMN ${name} SET DEFAULT ${value}`] : [];
    }
    case 'index':
      return definition ? [`DROP INDEX ${quoteQualified(identity[0] ?? '', identity[2] ?? '')}`, definition] : [];
    case 'view':
      return definition ? [`CREATE OR REPLACE VIEW ${table} AS ${definition}`] : [];
    case 'trigger':
      return definition ? [`DROP TRIGGER ${name} ON ${table}`, definition] : [];
    case 'rule':
      return definition ? [definition.replace(/^CREATE RULE/, 'CREATE OR REPLACE RULE')] : [];
    case 'policy': {
      const [using, check] = [text('using'), text('with check')];
      const parts = [...(using ? [`USING (${using})`] : []), ...(check ? [`WITH CHECK (${check})`] : [])];
      return parts.length > 0 ? [`ALTER POLICY ${name} ON ${table} ${parts.join(' ')}`] : [];
    }
    default:
      return [];
  }
}
