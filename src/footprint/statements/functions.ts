import type { QualifiedName } from '../../sql/token-reader.ts';
import { nameOf } from '../../syntax/names.ts';
import { all, as, type Fields } from '../../syntax/tree.ts';
import { markFunctionRead, resolveFunction } from '../calls.ts';
import { markDefault } from '../labels.ts';
import type { Marks } from '../marks.ts';
import { functionPath, memberPath, schemaPath } from '../paths.ts';
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
    markDefault(marks, argType, defexpr);
  }
  for (const { defname, arg } of all('DefElem', options)) {
    const name = as('String', arg)?.sval;
    if (defname === 'language' && name !== undefined) markLanguageRead(marks, name);
    if (defname === 'support') markSupport(marks, nameOf(as('List', arg)?.items));
  }
  // BEGIN ATOMIC is read statement by statement.
  if (!as('List', body)) markReads(marks, body);
  const path = functionPath(full, signatureOfParameters(marks.before, parameters));
  if (replace && marks.before.functions(full).length > 0) marks.changes(path);
  else marks.creates(path);
}

function markSupport(marks: Marks, name: QualifiedName | undefined): void {
  if (name) markFunctionRead(marks, name);
}

/** ALTER FUNCTION. Who calls it needs to know whether it is immutable; its other properties concern nobody else. */
export function markAlterFunction(marks: Marks, { func, actions }: Fields<'AlterFunctionStmt'>): void {
  const path = meantFunction(marks, func);
  if (!path) return;
  marks.reads(path);
  for (const { defname = '', arg } of all('DefElem', actions)) {
    const parameter = as('VariableSetStmt', arg)?.name;
    if (defname === 'volatility') marks.changes(path);
    else marks.changes(memberPath(path, 'settings', parameter ?? defname));
  }
}

export function meantFunction(marks: Marks, func: Fields<'ObjectWithArgs'> | undefined) {
  const name = nameOf(func?.objname);
  if (!name) return undefined;
  const full = resolveFunction(marks, name);
  return functionPath(full, func?.args_unspecified ? undefined : signatureOf(marks.before, func?.objargs));
}
