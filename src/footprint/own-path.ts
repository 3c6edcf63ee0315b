import type { Known } from '../known/known.ts';
import { atFileStart } from '../known/learn.ts';
import { KnownSchema } from '../known/schema.ts';
import { schemasOf } from '../known/search-path.ts';
import { all, as, type Fields } from '../syntax/tree.ts';

/** `SET search_path` of a function holds while its body runs. */
export function withOwnPath(known: Known, options: Fields<'CreateFunctionStmt'>['options']): Known {
  const sets = all('DefElem', options).flatMap(({ defname, arg }) =>
    defname === 'set' ? (as('VariableSetStmt', arg) ?? []) : [],
  );
  const set = sets.find(({ name, kind }) => name === 'search_path' && kind === 'VAR_SET_VALUE');
  if (!set || !(known instanceof KnownSchema)) return known;
  return atFileStart(known, schemasOf(all('A_Const', set.args).map(({ sval }) => sval?.sval ?? '')));
}
