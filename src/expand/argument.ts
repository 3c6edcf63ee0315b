import { Problem } from '../problem/problem.ts';
import { TokenReader } from '../sql/token-reader.ts';
import type { ExpandRequest } from './column.ts';

export interface ExpandArguments {
  /** As in SQL; without a schema the first on the search_path that has it. */
  readonly schema: string | undefined;
  readonly table: string;
  readonly column: string;
  readonly request: ExpandRequest;
}

const USAGE = 'rename TABLE.COLUMN NAME, or change-type TABLE.COLUMN TYPE';

/** `rename public.requests.status state`, `change-type requests.status text`. Problem `usage`. */
export function expandArguments(words: readonly string[]): ExpandArguments {
  const [kind, place, to, ...more] = words;
  if ((kind !== 'rename' && kind !== 'change-type') || place === undefined || to === undefined || more.length > 0) {
    throw new Problem('usage', 'what --expand-contract is to make is not clear', {
      found: words.join(' ') || 'nothing',
      expected: USAGE,
      next: ["A type of several words goes into quotes: change-type requests.note 'character varying(80)'"],
    });
  }
  const parts = namesIn(place);
  const [column, table, schema] = [...parts].reverse();
  if (column === undefined || table === undefined || parts.length > 3) {
    throw new Problem('usage', `"${place}" is not a column`, { expected: 'TABLE.COLUMN or SCHEMA.TABLE.COLUMN' });
  }
  return { schema, table, column, request: { kind, to: kind === 'rename' ? newName(to) : to.trim() } };
}

function newName(to: string): string {
  const [name, ...more] = namesIn(to);
  if (name !== undefined && more.length === 0) return name;
  throw new Problem('usage', `"${to}" is not a name`, { expected: 'the new name of the column, as in SQL' });
}

/** Folded as SQL folds them; none where it is no name. */
function namesIn(text: string): string[] {
  const reader = new TokenReader(text);
  const names: string[] = [];
  do {
    const name = reader.name();
    if (name === undefined) return [];
    names.push(name);
  } while (reader.accept('.'));
  return reader.atEnd ? names : [];
}
