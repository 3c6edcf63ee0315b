import { displayIdentifier } from '../../sql/quote.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { nameOf } from '../../syntax/names.ts';
import { all, as, type Fields, type Node } from '../../syntax/tree.ts';
import type { Subject } from '../rule.ts';
import { shown } from './shown.ts';
import { typeText } from './type-text.ts';

/** A CREATE or ALTER of a routine that runs with the rights of its owner. */
export interface DefinerRoutine {
  readonly name: QualifiedName;
  readonly how: 'created' | 'replaced' | 'altered';
  /** `FUNCTION app.f(integer, text)`, as ALTER, GRANT and REVOKE name it. */
  readonly signature: string;
  readonly options: readonly Fields<'DefElem'>[];
  /** BEGIN ATOMIC or RETURN: its names are bound when it is made. */
  readonly isBound: boolean;
  /** It cannot be called by itself. */
  readonly isTrigger: boolean;
}

/** The routine if the statement says SECURITY DEFINER. */
export function definerRoutine(subject: Subject): DefinerRoutine | undefined {
  const create = as('CreateFunctionStmt', subject.tree?.node);
  const alter = as('AlterFunctionStmt', subject.tree?.node);
  const routine = (create && created(subject, create)) ?? (alter && altered(alter));
  return routine?.options.some(isDefiner) ? routine : undefined;
}

function isDefiner({ defname, arg }: Fields<'DefElem'>): boolean {
  return defname === 'security' && as('Boolean', arg)?.boolval === true;
}

function created(subject: Subject, create: Fields<'CreateFunctionStmt'>): DefinerRoutine | undefined {
  const name = nameOf(create.funcname);
  const returned = nameOf(create.returnType?.names)?.name;
  if (!name) return undefined;
  return {
    name,
    how: create.replace ? 'replaced' : 'created',
    signature: `${create.is_procedure ? 'PROCEDURE' : 'FUNCTION'} ${shown(name)}(${argumentTypes(subject, create)})`,
    options: all('DefElem', create.options),
    isBound: create.sql_body !== undefined,
    isTrigger: returned === 'trigger' || returned === 'event_trigger',
  };
}

/** The types of what is given to it, as written: those name the routine. */
function argumentTypes(subject: Subject, { parameters }: Fields<'CreateFunctionStmt'>): string {
  const given = all('FunctionParameter', parameters).filter(
    ({ mode }) => mode !== 'FUNC_PARAM_OUT' && mode !== 'FUNC_PARAM_TABLE',
  );
  const types = given.flatMap(({ argType }) =>
    argType ? [`${typeText(subject, argType)}${'[]'.repeat(argType.arrayBounds?.length ?? 0)}`] : [],
  );
  return types.join(', ');
}

function altered({ func, objtype, actions }: Fields<'AlterFunctionStmt'>): DefinerRoutine | undefined {
  const name = nameOf(func?.objname);
  if (!name) return undefined;
  const kind = objtype === 'OBJECT_PROCEDURE' ? 'PROCEDURE' : 'FUNCTION';
  const options = all('DefElem', actions);
  return { name, how: 'altered', signature: `${kind} ${shown(name)}`, options, isBound: false, isTrigger: false };
}

/** The schemas that the options set as search_path; `current` for FROM CURRENT, undefined where they set none. */
export function searchPathOf(options: readonly Fields<'DefElem'>[]): string[] | 'current' | undefined {
  const set = options
    .flatMap(({ defname, arg }) => (defname === 'set' ? (as('VariableSetStmt', arg) ?? []) : []))
    .find(({ name }) => name === 'search_path');
  if (!set || set.kind === 'VAR_SET_DEFAULT' || set.kind === 'VAR_RESET') return undefined;
  if (set.kind === 'VAR_SET_CURRENT') return 'current';
  return (set.args ?? []).flatMap(schemasIn);
}

function schemasIn(argument: Node): string[] {
  const text = as('A_Const', argument)?.sval?.sval ?? '';
  return text === '' ? [] : [text];
}

/** `SET search_path = pg_catalog, app, pg_temp` */
export function safeSearchPath(schema: string): string {
  const schemas = schema === 'pg_catalog' ? [schema] : ['pg_catalog', schema];
  return `SET search_path = ${[...schemas, 'pg_temp'].map(displayIdentifier).join(', ')}`;
}
