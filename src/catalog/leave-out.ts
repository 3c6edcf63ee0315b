import { isObjectType, type ObjectType } from './object-types.ts';
import type { SchemaObject, Snapshot } from './snapshot.ts';

/** An object that is not compared, with everything whose name begins with its own: of a table the columns, of a function every signature. */
export interface LeftOut {
  /** As the catalogs' kinds go: of `relation`, what belongs to it as well. */
  readonly type: ObjectType | 'relation' | 'routine' | 'type';
  readonly identity: readonly string[];
}

/** The snapshot without those objects. */
export function withoutObjects(snapshot: Snapshot, leftOut: readonly LeftOut[]): Snapshot {
  if (leftOut.length === 0) return snapshot;
  const known = new Set(leftOut.flatMap(({ type, identity }) => kindsOf(type).map((kind) => key(kind, identity))));
  return { ...snapshot, objects: snapshot.objects.filter((one) => !isLeftOut(one, known)) };
}

function isLeftOut({ type, identity }: SchemaObject, known: ReadonlySet<string>): boolean {
  return identity.some((_, i) => known.has(key(type, identity.slice(0, i + 1))));
}

function key(type: ObjectType, identity: readonly string[]): string {
  return JSON.stringify([type, ...identity]);
}

const WITHIN: readonly ObjectType[] = ['column', 'constraint', 'index', 'trigger', 'rule', 'policy'];

const WHOLE: Readonly<Record<'relation' | 'routine' | 'type', readonly ObjectType[]>> = {
  relation: ['table', 'foreign table', 'view', 'materialized view', 'sequence', ...WITHIN],
  routine: ['function', 'procedure', 'aggregate'],
  type: ['enum', 'domain', 'domain constraint', 'composite type', 'attribute', 'range', 'base type'],
};

function kindsOf(type: LeftOut['type']): readonly ObjectType[] {
  return isObjectType(type) ? [type] : WHOLE[type];
}
