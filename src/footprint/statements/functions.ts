import { nameOf } from '../../syntax/names.ts';
import { all, as, type Fields } from '../../syntax/tree.ts';
import { resolveFunction } from '../calls.ts';
import type { Marks } from '../marks.ts';
import { functionPath, schemaPath } from '../paths.ts';
import { markReads, markType } from '../reads.ts';
import { signatureOf, signatureOfParameters } from '../signature.ts';
import { markLanguageRead } from './languages.ts';

/** CREATE FUNCTION, CREATE PROCEDURE, without what its body does. */
export function markFunction(marks: Marks, statement: Fields<'CreateFunctionStmt'>): void {
  const { funcname, parameters, returnType, replace, options, sql_body: body } = statement;
  const name = nameOf(funcname);
  if (!name) return;
  const full = { schema: name.schema ?? marks.before.defaultSchema, name: name.name };
  marks.reads(schemaPath(full.schema));
  markType(marks, returnType);
  for (const { argType, defexpr } of all('FunctionParameter', parameters)) {
    markType(marks, argType);
    markReads(marks, defexpr);
  }
  for (const { defname, arg } of all('DefElem', options)) {
    const name = as('String', arg)?.sval;
    if (defname === 'language' && name !== undefined) markLanguageRead(marks, name);
  }
  // BEGIN ATOMIC is read statement by statement.
  if (!as('List', body)) markReads(marks, body);
  const path = functionPath(full, signatureOfParameters(marks.before, parameters));
  if (replace && marks.before.functions(full).length > 0) marks.changes(path);
  else marks.creates(path);
}

/** ALTER FUNCTION */
export function markAlterFunction(marks: Marks, { func }: Fields<'AlterFunctionStmt'>): void {
  const path = meantFunction(marks, func);
  if (path) marks.changes(path);
}

export function meantFunction(marks: Marks, func: Fields<'ObjectWithArgs'> | undefined) {
  const name = nameOf(func?.objname);
  if (!name) return undefined;
  const full = resolveFunction(marks, name);
  return functionPath(full, func?.args_unspecified ? undefined : signatureOf(marks.before, func?.objargs));
}
