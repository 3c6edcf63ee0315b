import { nameOf } from '../../syntax/names.ts';
import { all, type Fields, type Node } from '../../syntax/tree.ts';
import { markFunctionNamed } from '../calls.ts';
import type { Marks } from '../marks.ts';
import { markOperatorRead } from '../operators.ts';
import { operatorPath, schemaPath } from '../paths.ts';
import { markSchemaObject, markType } from '../reads.ts';
import { operandsOf } from '../signature.ts';
import { newNamePath } from './named.ts';

/** CREATE OPERATOR CLASS. A family of its name comes with it where it names none. */
export function markOperatorClass(marks: Marks, statement: Fields<'CreateOpClassStmt'>): void {
  const { opclassname, opfamilyname, datatype, items } = statement;
  markType(marks, datatype);
  markItems(marks, items);
  if (opfamilyname) markSchemaObject(marks, 'operator family', nameOf(opfamilyname));
  const path = newNamePath(marks, 'operator class', opclassname);
  if (!path) return;
  marks.reads(schemaPath(path[0]!.name));
  marks.creates(path);
  if (!opfamilyname) marks.creates(newNamePath(marks, 'operator family', opclassname)!);
}

/** ALTER OPERATOR FAMILY */
export function markOperatorFamily(marks: Marks, { opfamilyname, items }: Fields<'AlterOpFamilyStmt'>): void {
  markItems(marks, items);
  const path = newNamePath(marks, 'operator family', opfamilyname);
  if (path) marks.changes(path);
}

/** In the parser's opclasscmds: 1 is OPERATOR, 2 is FUNCTION, 3 is STORAGE (nodes/parsenodes.h). */
const OPERATOR_ITEM = 1;

function markItems(marks: Marks, items: readonly Node[] | undefined): void {
  for (const { itemtype, name, order_family: order, class_args: args, storedtype } of all('CreateOpClassItem', items)) {
    const written = nameOf(name?.objname);
    for (const type of all('TypeName', [...(name?.objargs ?? []), ...(args ?? [])])) markType(marks, type);
    markType(marks, storedtype);
    if (order) markSchemaObject(marks, 'operator family', nameOf(order));
    if (written && itemtype !== OPERATOR_ITEM) markFunctionNamed(marks, name, written);
    else if (written && !name?.objargs) markOperatorRead(marks, written);
    else if (written) marks.reads(operatorMeant(marks, name!, written));
  }
}

/** An operator that is named with its operands. */
export function operatorMeant(
  { before }: Marks,
  { objargs }: Fields<'ObjectWithArgs'>,
  { schema, name }: { readonly schema?: string; readonly name: string },
) {
  return operatorPath({ schema: schema ?? before.defaultSchema, name }, operandsOf(before, objargs));
}
