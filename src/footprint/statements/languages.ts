import { nameOf } from '../../syntax/names.ts';
import type { Fields } from '../../syntax/tree.ts';
import { markFunctionNamed, markFunctionRead } from '../calls.ts';
import { extensionsWith } from '../extension-members.ts';
import type { Marks } from '../marks.ts';
import { globalPath, knownRelationPath, memberPath, typePath } from '../paths.ts';
import { markType } from '../reads.ts';

/** CREATE LANGUAGE */
export function markLanguage(marks: Marks, statement: Fields<'CreatePLangStmt'>): void {
  for (const names of [statement.plhandler, statement.plinline, statement.plvalidator]) {
    const name = nameOf(names);
    if (name) markFunctionRead(marks, name);
  }
  marks.creates(globalPath('language', statement.plname ?? ''));
}

/** Of a routine. Most come with an extension of their name. */
export function markLanguageRead(marks: Marks, name: string): void {
  if (OF_SERVER.has(name)) return;
  marks.reads(globalPath('language', name));
  for (const extension of new Set([name, ...extensionsWith(name)])) marks.reads(globalPath('extension', extension));
}

const OF_SERVER: ReadonlySet<string> = new Set(['sql', 'plpgsql', 'c', 'internal']);

/** CREATE TRANSFORM */
export function markTransform(marks: Marks, statement: Fields<'CreateTransformStmt'>): void {
  const { type_name: type, lang = '', fromsql, tosql } = statement;
  markType(marks, type);
  markLanguageRead(marks, lang);
  for (const one of [fromsql, tosql]) {
    const name = nameOf(one?.objname);
    if (name) markFunctionNamed(marks, one, name);
  }
  const path = transformPath(marks, type, lang);
  if (!path) return;
  if (statement.replace) marks.changes(path);
  else marks.creates(path);
}

/** A transform lies in its type. */
export function transformPath({ before }: Marks, type: Fields<'TypeName'> | undefined, language: string) {
  const name = nameOf(type?.names);
  if (!name) return undefined;
  const full = before.resolveType(name);
  return memberPath(before.table(full) ? knownRelationPath(before, full) : typePath(full), 'transforms', language);
}
