import type { Known } from '../known/known.ts';
import type { KnownFunction, KnownType } from '../known/table.ts';
import { typeOf } from '../known/types.ts';
import { all, as, type Node } from '../syntax/tree.ts';

/** The types of arguments as one text: what tells functions of one name apart. */
export function signatureOf(known: Known, types: readonly Node[] | undefined): string {
  return all('TypeName', types)
    .map((one) => typeOf(known, one))
    .map(textOf)
    .join(',');
}

function textOf({ name, array }: KnownType): string {
  return array ? `${name}[]` : name;
}

/** Of an operator; a side that it has not is `none`. */
export function operandsOf(known: Known, types: readonly (Node | undefined)[] | undefined): string {
  return (types ?? []).map((one) => (one && as('TypeName', one) ? signatureOf(known, [one]) : 'none')).join(',');
}

/** Of a function that is known; undefined where one of its types is not. */
export function signatureOfKnown({ arguments: own }: KnownFunction): string | undefined {
  return own.some((one) => !one) ? undefined : own.map((one) => textOf(one!)).join(',');
}

const INPUTS: ReadonlySet<string> = new Set([
  'FUNC_PARAM_DEFAULT',
  'FUNC_PARAM_IN',
  'FUNC_PARAM_INOUT',
  'FUNC_PARAM_VARIADIC',
]);

/** Of the parameters of CREATE FUNCTION, those that are given to it. */
export function signatureOfParameters(known: Known, parameters: readonly Node[] | undefined): string {
  const given = all('FunctionParameter', parameters).filter(({ mode }) => INPUTS.has(mode ?? 'FUNC_PARAM_DEFAULT'));
  return signatureOf(
    known,
    given.flatMap(({ argType }) => (argType ? [{ TypeName: argType }] : [])),
  );
}
