import type { TypeName } from '@pgsql/types';
import { displayIdentifier } from '../../sql/quote.ts';
import { stringsOf } from '../../syntax/names.ts';

/** A type as the arguments of DROP FUNCTION name it; what is in parentheses behind it does not count there. */
export function typeNameText({ names, arrayBounds, setof }: TypeName): string {
  const parts = stringsOf(names);
  const bare = parts[0] === 'pg_catalog' ? parts.slice(1) : parts;
  return `${setof ? 'SETOF ' : ''}${bare.map(displayIdentifier).join('.')}${arrayBounds?.length ? '[]' : ''}`;
}
