import type { ObjectPath } from '../../graph/object.ts';
import { nameOf } from '../../syntax/names.ts';
import type { Node } from '../../syntax/tree.ts';
import type { Marks } from '../marks.ts';
import { schemaObjectPath, schemaPath } from '../paths.ts';
import { markSchemaObject } from '../reads.ts';

/** Of an object of a schema that is told by its kind and name alone. */
export function newNamePath(marks: Marks, word: string, names: readonly Node[] | undefined): ObjectPath | undefined {
  const name = nameOf(names);
  return name && schemaObjectPath(word, { schema: name.schema ?? marks.before.defaultSchema, name: name.name });
}

export function createNamed(marks: Marks, word: string, names: readonly Node[] | undefined): void {
  const path = newNamePath(marks, word, names);
  if (!path) return;
  marks.reads(schemaPath(path[0]!.name));
  marks.creates(path);
}

export function changeNamed(marks: Marks, word: string, names: readonly Node[] | undefined): void {
  const path = newNamePath(marks, word, names);
  if (path) marks.changes(path);
}

export function readNamed(marks: Marks, word: string, names: readonly Node[] | undefined): void {
  markSchemaObject(marks, word, nameOf(names));
}
