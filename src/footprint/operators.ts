import type { QualifiedName } from '../sql/token-reader.ts';
import { nameOf } from '../syntax/names.ts';
import { nodesOf } from '../syntax/walk.ts';
import { markExtension } from './extensions.ts';
import type { Marks } from './marks.ts';
import { operatorPath } from './paths.ts';

/** Every operator that an expression or a query names. */
export function markOperators(marks: Marks, value: unknown): void {
  for (const { name } of nodesOf('A_Expr', value)) markOperatorRead(marks, nameOf(name));
  for (const { operName } of nodesOf('SubLink', value)) markOperatorRead(marks, nameOf(operName));
  for (const { useOp } of nodesOf('SortBy', value)) markOperatorRead(marks, nameOf(useOp));
}

/** One that nobody has made is PostgreSQL's own, or an extension's; so is, most likely, one of a name that PostgreSQL has. */
export function markOperatorRead(marks: Marks, name: QualifiedName | undefined): void {
  if (!name || name.schema === 'pg_catalog') return;
  const path = operatorPath({ schema: name.schema ?? marks.before.defaultSchema, name: name.name });
  marks.readsAll(path, name.schema === undefined && OF_SERVER.has(name.name));
  markExtension(marks, name.name);
}

const OF_SERVER: ReadonlySet<string> = new Set(
  `= <> < > <= >= + - * / % ^ | & # ~ ! || && @> <@ -> ->> #> #>> ? ?| ?& @? @@ #- << >> &< &> -|- ~~ !~~ ~~* !~~* !~ ~* !~* ^@
  |/ ||/ !! @ <-> ~= &<| <<| |>> |&> <^ >^ ## @-@ ?- ?# ?-| ?|| <<= >>= && ~<~ ~<=~ ~>=~ ~>~ *= *<> *< *> *<= *>=`.split(
    /\s+/,
  ),
);
