import type { Known } from '../known/known.ts';
import { typeOf } from '../known/types.ts';
import { all, type Node } from '../syntax/tree.ts';

/** The types of arguments as one text: what tells functions of one name apart. */
export function signatureOf(known: Known, types: readonly Node[] | undefined): string {
  return all('TypeName', types)
    .map((one) => typeOf(known, one))
    .map(({ name, array }) => (array ? `${name}[]` : name))
    .join(',');
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
