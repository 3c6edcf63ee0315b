import type { QualifiedName } from '../../sql/token-reader.ts';
import { nameOf } from '../../syntax/names.ts';
import { all, as, type Fields, type Node } from '../../syntax/tree.ts';
import { markFunctionRead } from '../calls.ts';
import type { Marks } from '../marks.ts';
import { functionPath, operatorPath, schemaPath } from '../paths.ts';
import { markSchemaObject, markType } from '../reads.ts';
import { operandsOf, signatureOf } from '../signature.ts';
import { wordOf } from './drop.ts';
import { createNamed } from './named.ts';

/** CREATE AGGREGATE, OPERATOR, TYPE, COLLATION, TEXT SEARCH ... */
export function markDefine(marks: Marks, { kind, defnames, args, definition }: Fields<'DefineStmt'>): void {
  markDefinitionReads(marks, definition);
  const name = nameOf(defnames);
  if (!name) return;
  if (kind === 'OBJECT_AGGREGATE') createAggregate(marks, name, args);
  else if (kind === 'OBJECT_OPERATOR') createOperator(marks, name, definition);
  else createNamed(marks, kind === 'OBJECT_TYPE' ? 'type' : wordOf(kind ?? ''), defnames);
}

/** What the definition mentions. The grammar reads every name there as that of a type. */
export function markDefinitionReads(marks: Marks, definition: Fields<'DefineStmt'>['definition']): void {
  for (const { defname = '', arg } of all('DefElem', definition)) {
    const type = as('TypeName', arg);
    const name = nameOf(type?.names);
    const word = NAMES[defname];
    if (word) markSchemaObject(marks, word, name ?? nameOf(as('List', arg)?.items));
    else if (name) {
      if (marks.before.functions(name).length > 0) markFunctionRead(marks, name);
      else markType(marks, type);
    }
  }
}

/** Definitions that name neither a type nor a function: of text searches, collations, ranges. */
const NAMES: Readonly<Record<string, string>> = {
  copy: 'text search configuration',
  parser: 'text search parser',
  template: 'text search template',
  from: 'collation',
  collation: 'collation',
  subtype_opclass: 'operator class',
};

function createAggregate(marks: Marks, name: QualifiedName, args: Fields<'DefineStmt'>['args']): void {
  const parameters = all('FunctionParameter', all('List', args)[0]?.items);
  const types = parameters.flatMap(({ argType }) => (argType ? [{ TypeName: argType } as Node] : []));
  for (const one of all('TypeName', types)) markType(marks, one);
  marks.creates(
    functionPath(
      { schema: name.schema ?? marks.before.defaultSchema, name: name.name },
      signatureOf(marks.before, types),
    ),
  );
}

function createOperator(marks: Marks, name: QualifiedName, definition: Fields<'DefineStmt'>['definition']): void {
  const options = all('DefElem', definition);
  const operands = ['leftarg', 'rightarg'].map((side) => options.find(({ defname }) => defname === side)?.arg);
  const full = { schema: name.schema ?? marks.before.defaultSchema, name: name.name };
  marks.reads(schemaPath(full.schema));
  marks.creates(operatorPath(full, operandsOf(marks.before, operands)));
}
