import { nameOf, relationName, stringsOf } from '../../syntax/names.ts';
import { all, as, type Fields, type Node } from '../../syntax/tree.ts';
import { emptyTable } from '../draft.ts';
import { schemasOf } from '../search-path.ts';
import type { KnownFunction, KnownType, Volatility } from '../table.ts';
import { sameType, typeOf } from '../types.ts';
import type { Learning } from './indexes.ts';

/** CREATE SEQUENCE */
export function learnSequence(at: Learning, statement: Fields<'CreateSeqStmt'>): void {
  const { draft, made } = at;
  const written = relationName(statement.sequence);
  if (!written) return;
  const name = draft.newName(written);
  if (statement.if_not_exists && draft.table(name)) return;
  draft.putTable({ ...emptyTable(name, 'sequence'), made, ...ownerOf(at, statement.options) });
}

/** ALTER SEQUENCE ... OWNED BY */
export function learnAlterSequence(at: Learning, { sequence, options }: Fields<'AlterSeqStmt'>): void {
  const name = relationName(sequence);
  if (!name || !all('DefElem', options).some(({ defname }) => defname === 'owned_by')) return;
  const { ownedBy } = ownerOf(at, options);
  at.draft.changeKnown(at.draft.resolve(name), () => ({ ownedBy }));
}

function ownerOf({ draft }: Learning, options: readonly Node[] | undefined) {
  const owner = all('DefElem', options).find(({ defname }) => defname === 'owned_by')?.arg;
  const [column, name, schema] = stringsOf(as('List', owner)?.items).reverse();
  if (column === undefined || name === undefined) return {};
  return { ownedBy: { table: draft.resolve(schema === undefined ? { name } : { schema, name }), column } };
}

/** CREATE POLICY */
export function learnPolicy({ draft }: Learning, { table, policy_name: policy }: Fields<'CreatePolicyStmt'>): void {
  const name = relationName(table);
  if (!name || policy === undefined) return;
  draft.change(draft.resolve(name), ({ policies }) => ({ policies: [...policies, policy] }));
}

/** CREATE [OR REPLACE] FUNCTION, PROCEDURE */
export function learnFunction({ draft, made }: Learning, statement: Fields<'CreateFunctionStmt'>): void {
  const written = nameOf(statement.funcname);
  if (!written) return;
  const name = draft.newName(written);
  const parameters = all('FunctionParameter', statement.parameters);
  const own: KnownFunction = {
    name,
    kind: statement.is_procedure ? 'procedure' : 'function',
    arguments: parameters.flatMap(({ mode, argType }) =>
      INPUTS.has(mode ?? 'FUNC_PARAM_DEFAULT') ? [argType && typeOf(draft, argType)] : [],
    ),
    volatility: 'volatile',
    securityDefiner: false,
    settings: [],
    made,
  };
  const others = draft.functions(name).filter((one) => !sameArguments(one.arguments, own.arguments));
  draft.putFunctions(name, [...others, withOptions(own, statement.options)]);
}

const INPUTS: ReadonlySet<string> = new Set([
  'FUNC_PARAM_DEFAULT',
  'FUNC_PARAM_IN',
  'FUNC_PARAM_INOUT',
  'FUNC_PARAM_VARIADIC',
]);

function sameArguments(a: readonly (KnownType | undefined)[], b: readonly (KnownType | undefined)[]): boolean {
  return a.length === b.length && a.every((one, i) => one && b[i] && sameType(one, b[i]));
}

/** ALTER FUNCTION: every one of that name that it may mean. */
export function learnAlterFunction({ draft }: Learning, { func, actions }: Fields<'AlterFunctionStmt'>): void {
  const functions = draft.functions(nameOf(func?.objname));
  const [first] = functions;
  if (!first) return;
  const types = all('TypeName', func?.objargs).map((one) => typeOf(draft, one));
  const isMeant = (one: KnownFunction) => func?.args_unspecified || sameArguments(one.arguments, types);
  draft.putFunctions(
    first.name,
    functions.map((one) => (isMeant(one) ? withOptions(one, actions) : one)),
  );
}

function withOptions(one: KnownFunction, options: readonly Node[] | undefined): KnownFunction {
  return all('DefElem', options).reduce(withOption, one);
}

function withOption(one: KnownFunction, { defname, arg }: Fields<'DefElem'>): KnownFunction {
  const text = as('String', arg)?.sval;
  if (defname === 'volatility' && text) return { ...one, volatility: text as Volatility };
  if (defname === 'language') return { ...one, language: text };
  if (defname === 'security') return { ...one, securityDefiner: as('Boolean', arg)?.boolval === true };
  const set = defname === 'set' ? as('VariableSetStmt', arg) : undefined;
  if (!set) return one;
  const others = one.settings.filter((name) => name !== set.name);
  if (set.kind === 'VAR_RESET_ALL') return { ...one, settings: [] };
  return { ...one, settings: set.kind === 'VAR_RESET' ? others : [...others, set.name ?? ''] };
}

/** SET search_path; without a value the server's own, which is taken for the usual one. */
export function learnSet({ draft }: Learning, { kind, name, args }: Fields<'VariableSetStmt'>): void {
  const isReset = kind === 'VAR_RESET_ALL' || (name === 'search_path' && kind !== 'VAR_SET_VALUE');
  if (isReset) draft.setPath(['public']);
  else if (name === 'search_path') draft.setPath(schemasOf(all('A_Const', args).map(({ sval }) => sval?.sval ?? '')));
}

/** `SELECT set_config('search_path', 'app, public', false)`, as pg_dump writes it. */
export function learnSetConfig({ draft }: Learning, { targetList }: Fields<'SelectStmt'>): void {
  for (const { val } of all('ResTarget', targetList)) {
    const call = as('FuncCall', val);
    if (nameOf(call?.funcname)?.name !== 'set_config') continue;
    const [name, value] = all('A_Const', call?.args).map(({ sval }) => sval?.sval);
    if (name?.toLowerCase() === 'search_path' && value !== undefined) draft.setPath(schemasOf(value.split(',')));
  }
}
