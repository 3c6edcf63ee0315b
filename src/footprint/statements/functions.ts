import { nameOf } from '../../syntax/names.ts';
import { all, as, type Fields } from '../../syntax/tree.ts';
import type { Marks } from '../marks.ts';
import { functionPath, schemaPath } from '../paths.ts';
import { markReads, markType, resolveFunction } from '../reads.ts';
import { signatureOf, signatureOfParameters } from '../signature.ts';

/** CREATE FUNCTION, CREATE PROCEDURE, without what its body does. */
export function markFunction(marks: Marks, statement: Fields<'CreateFunctionStmt'>): void {
  const { funcname, parameters, returnType, replace } = statement;
  const name = nameOf(funcname);
  if (!name) return;
  const full = { schema: name.schema ?? marks.before.defaultSchema, name: name.name };
  marks.reads(schemaPath(full.schema));
  markType(marks, returnType);
  for (const { argType, defexpr } of all('FunctionParameter', parameters)) {
    markType(marks, argType);
    markReads(marks, defexpr);
  }
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

/** CREATE TYPE of a base type, AGGREGATE, OPERATOR, COLLATION, TEXT SEARCH ...: names that the definition may mention. */
export function markDefinitionReads(marks: Marks, definition: Fields<'DefineStmt'>['definition']): void {
  for (const { arg } of all('DefElem', definition)) {
    const type = as('TypeName', arg);
    const name = nameOf(type?.names);
    if (!name) continue;
    markType(marks, type);
    // The grammar reads the name of a function there as that of a type.
    if (marks.before.functions(name).length > 0) marks.readsAll(functionPath(resolveFunction(marks, name)));
  }
}
