import type { FormUse } from '../../facts/form.ts';
import type { QualifiedName } from '../../sql/token-reader.ts';
import { relationName } from '../../syntax/names.ts';
import { all, as, type Fields } from '../../syntax/tree.ts';
import type { Subject } from '../rule.ts';
import { type Word, wordsOf } from './tokens.ts';

/** One of the commands of an ALTER TABLE, with its text. */
export interface AlterCommand {
  readonly command: Fields<'AlterTableCmd'>;
  /** UTF-16 offset in the statement. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface AlterTable {
  readonly name: QualifiedName;
  /** `ALTER TABLE ONLY orders`, as written. */
  readonly head: string;
  readonly commands: readonly AlterCommand[];
}

/** An ALTER TABLE taken apart; undefined for any other statement. */
export function alterTableOf({ tree, statement }: Subject): AlterTable | undefined {
  const alter = as('AlterTableStmt', tree?.node);
  const name = relationName(alter?.relation);
  if (!alter || !name || alter.objtype !== 'OBJECT_TABLE') return undefined;
  const words = wordsOf(statement.sql);
  const parts = commandsIn(words);
  const commands = all('AlterTableCmd', alter.cmds).flatMap((command, index) => {
    const part = parts[index];
    return part ? [{ command, ...part, text: statement.sql.slice(part.start, part.end) }] : [];
  });
  const [first] = parts;
  return first && { name, head: statement.sql.slice(0, first.before), commands };
}

/** The command that a use is about, of those kinds. Not all have a place in the tree; those are found by the name they are about. */
export function commandOf(
  alter: AlterTable | undefined,
  { offset, part }: FormUse,
  ...subtypes: readonly NonNullable<Fields<'AlterTableCmd'>['subtype']>[]
): AlterCommand | undefined {
  const candidates = (alter?.commands ?? []).filter(
    ({ command: { subtype } }) => subtype && subtypes.includes(subtype),
  );
  if (candidates.length < 2) return candidates[0];
  const here = candidates.find(({ start, end }) => start <= offset && offset < end);
  return here ?? candidates.find(({ command }) => nameIn(command) === part);
}

/** The column or constraint that a command is about. */
function nameIn({ name, def }: Fields<'AlterTableCmd'>): string | undefined {
  return name ?? as('ColumnDef', def)?.colname ?? as('Constraint', def)?.conname;
}

/** The statement with another command in the place of that one. */
export function withCommand({ head, commands }: AlterTable, part: AlterCommand, text: string): string {
  return `${head} ${commands.map((one) => (one === part ? text : one.text)).join(', ')}`;
}

/** The statement without that command; undefined when nothing is left. */
export function restWithout({ head, commands }: AlterTable, left: AlterCommand): string | undefined {
  const others = commands.filter((one) => one !== left);
  return others.length === 0 ? undefined : `${head} ${others.map(({ text }) => text).join(', ')}`;
}

interface Part {
  readonly start: number;
  readonly end: number;
  /** Where what stands before it ends. */
  readonly before: number;
}

function commandsIn(words: readonly Word[]): Part[] {
  const first = afterName(words);
  const parts: Part[] = [];
  let from = first;
  for (let i = first; i <= words.length; i++) {
    const comma = words[i]?.word === ',' && words[i]?.depth === 0;
    if (!comma && i < words.length) continue;
    if (from < i) parts.push({ start: words[from]!.start, end: words[i - 1]!.end, before: words[from - 1]!.end });
    from = i + 1;
  }
  return parts;
}

/** ALTER TABLE [IF EXISTS] [ONLY] name [*] */
function afterName(words: readonly Word[]): number {
  let at = 2;
  if (words[at]?.word === 'IF') at += 2;
  if (words[at]?.word === 'ONLY') at += 1;
  at += 1;
  while (words[at]?.word === '.') at += 2;
  return words[at]?.word === '*' ? at + 1 : at;
}
