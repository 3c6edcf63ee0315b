import type { Statement } from '../migration/migration.ts';
import { createdObjects } from '../sql/objects.ts';

/**
 * The indexes of statements behind which the transaction has to end because a later one uses a label that was added to an
 * enum: PostgreSQL refuses that in the same transaction (55P04; manual, ALTER TYPE, "Notes"). From 17 on the labels of a
 * type that the same transaction created may be used. `everyAddition`: behind every ADD VALUE, whatever the text shows.
 */
export function enumBoundaries(
  statements: readonly Statement[],
  serverVersionNum: number,
  everyAddition = false,
): ReadonlySet<number> {
  const ends = new Set<number>();
  const open: OpenLabels = { labels: new Set(), types: new Set(), lastAddition: -1 };
  for (const [i, statement] of statements.entries()) {
    if (statement.words[0] === 'CREATE' && statement.words[1] === 'TYPE') noteType(statement, serverVersionNum, open);
    const added = addedLabel(statement);
    if (added) {
      if (everyAddition) ends.add(i);
      else if (!open.types.has(added.type)) open.labels.add(added.label);
      open.lastAddition = i;
    } else if (open.labels.size > 0 && [...open.labels].some((label) => mentions(statement, label))) {
      ends.add(open.lastAddition);
      open.labels.clear();
      open.types.clear();
    }
  }
  return ends;
}

interface OpenLabels {
  /** Added since the last boundary. */
  readonly labels: Set<string>;
  /** Created since the last boundary, where that makes their labels usable. */
  readonly types: Set<string>;
  lastAddition: number;
}

const CREATED_TYPES_USABLE_FROM = 170000;

function noteType({ sql }: Statement, serverVersionNum: number, { types }: OpenLabels): void {
  const [object] = createdObjects(sql);
  if (serverVersionNum >= CREATED_TYPES_USABLE_FROM && object?.kind === 'type') types.add(object.name);
}

function addedLabel({ words, sql }: Statement): { type: string; label: string } | undefined {
  if (words[0] !== 'ALTER' || words[1] !== 'TYPE') return undefined;
  const [object] = createdObjects(sql);
  return object?.kind === 'enum value' ? { type: object.table ?? '', label: object.name } : undefined;
}

/**
 * The label stands in the statement as a literal (a function's body included), as an element of an array literal, or as a
 * field of COPY's rows. A label that is taken for a use costs a second transaction, one that is overlooked an error.
 */
function mentions({ sql, copyData }: Statement, label: string): boolean {
  if (sql.includes(`'${label.replaceAll("'", "''")}'`)) return true;
  if (typeof copyData === 'string') return copyData.split(/[\t\n,{}"]/).includes(label);
  const arrays = sql.match(/'\{[^']*\}'/g) ?? [];
  return arrays.some((literal) => literal.split(/[',{}"]/).includes(label));
}
