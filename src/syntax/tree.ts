import type { Node } from '@pgsql/types';

/** A node of PostgreSQL's syntax tree as its parser gives it: an object with one key, the node's type (nodes/parsenodes.h). */
export type { Node };

type Intersection<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

/** Every type of node with its fields. */
type Nodes = Intersection<Node>;

export type NodeType = keyof Nodes & string;

/** The fields of a node of that type. */
export type Fields<Type extends NodeType> = Nodes[Type];

/** The type of a node: `AlterTableStmt`. */
export function typeOf(node: Node): NodeType {
  // Its only key: an array of its keys would be made and thrown away for each of the many who ask.
  for (const type in node) return type as NodeType;
  throw new TypeError('a node without a type');
}

/** The fields of a node if it is of that type. */
export function as<Type extends NodeType>(type: Type, node: Node | undefined): Fields<Type> | undefined {
  return (node as { readonly [One in Type]?: Fields<Type> } | undefined)?.[type];
}

const NONE: readonly Node[] = [];

/** Those of a list that are of that type. */
export function all<Type extends NodeType>(type: Type, nodes: readonly Node[] | undefined): Fields<Type>[] {
  let found: Fields<Type>[] | undefined;
  for (const node of nodes ?? NONE) {
    const fields = as(type, node);
    if (!fields) continue;
    // Most lists hold one: pushed onto an empty array, it would take room for seventeen.
    if (found) found.push(fields);
    else found = [fields];
  }
  return found ?? [];
}

/** The major version of PostgreSQL whose grammar the tool reads with. */
export const GRAMMAR_MAJOR = 18;

/** A statement that PostgreSQL's grammar has taken. */
export interface SyntaxTree {
  readonly node: Node;
  /** The UTF-16 offset in the statement's text of a location in the tree, which counts UTF-8 bytes; 0 where it has none. */
  readonly offsetOf: (location: number | undefined) => number;
}

/** Why the grammar did not take it: newer syntax than its own, or a mistake. */
export interface NotUnderstood {
  readonly message: string;
  /** UTF-16 offset in the statement's text. */
  readonly offset: number;
}

export type Parsed = SyntaxTree | NotUnderstood;

export function isTree(parsed: Parsed): parsed is SyntaxTree {
  return 'node' in parsed;
}

/** Reads one statement, without a `;` at its end. */
export type ParseStatement = (sql: string) => Parsed;
