import type { Known } from '../known/known.ts';
import type { KnownType } from '../known/table.ts';
import { qualifiedName, typeOf } from '../known/types.ts';
import type { Variable } from '../syntax/inner/statement.ts';
import { nameOf, stringsOf } from '../syntax/names.ts';
import { all, type Fields, isTree, type Node, type ParseStatement } from '../syntax/tree.ts';
import { nodesOf } from '../syntax/walk.ts';

/** What a body may name without a table: parameters, and what its blocks declare. By their names; the last of one name. */
export type Variables = ReadonlyMap<string, KnownType>;

export const NO_VARIABLES: Variables = new Map();

/** The type that a name with `%TYPE` or without it stands for. */
export function typeMeant(known: Known, type: Fields<'TypeName'>): KnownType | undefined {
  if (!type.pct_type) return typeOf(known, type);
  const { table, column } = columnMeant(type);
  return table && known.table(known.resolve(table))?.columns.get(column)?.type;
}

/** `orders.id` of `orders.id%TYPE`. */
export function columnMeant({ names }: Fields<'TypeName'>) {
  const column = stringsOf(names).at(-1) ?? '';
  return { table: nameOf(names?.slice(0, -1)), column };
}

export function parameterTypes(known: Known, parameters: readonly Node[] | undefined): Variables {
  return new Map(
    all('FunctionParameter', parameters).flatMap(({ name, argType }) => {
      const type = argType && typeMeant(known, argType);
      return name !== undefined && type ? [[name, type] as const] : [];
    }),
  );
}

export interface DeclaredType {
  readonly name: string;
  readonly node: Fields<'TypeName'>;
  /** The offset in the outer statement of a location in it. */
  readonly placeOf: (location: number | undefined) => number;
}

/** A type alone is no statement. */
const [BEFORE, BEHIND] = ['DROP FUNCTION f(', ')'];

/** What the grammar reads in the types of declared variables; `v%TYPE` of another variable is none. */
export function declaredTypes(variables: readonly Variable[], parse: ParseStatement): DeclaredType[] {
  return variables.flatMap(({ name, type, offset }) => {
    const tree = parse(BEFORE + type + BEHIND);
    const [node] = isTree(tree) ? nodesOf('TypeName', tree.node) : [];
    if (!node || !isTree(tree) || (node.pct_type && (node.names ?? []).length < 2)) return [];
    const placeOf = (location: number | undefined) => offset + Math.max(0, tree.offsetOf(location) - BEFORE.length);
    return [{ name, node, placeOf }];
  });
}

/** The name of the table whose rows a type holds. */
export function rowTypeOf(known: Known, type: KnownType | undefined) {
  const name = type && !type.array ? qualifiedName(type.name) : undefined;
  return name?.schema === undefined ? undefined : known.table(name)?.name;
}
