import type { Change } from '../../catalog/compare.ts';
import { objectName } from '../../catalog/object-name.ts';
import type { Snapshot } from '../../catalog/snapshot.ts';
import { objectWriter } from '../../script/object.ts';

/** A difference with the SQL of both sides. */
export interface ChangeView {
  readonly kind: Change['kind'];
  readonly type: string;
  readonly name: string;
  /** The table of a column; null for what stands by itself. */
  readonly parent: string | null;
  readonly detail: Change['detail'];
  /** The SQL that makes it as it was and as it is; '' where there is no such object, or no SQL makes it. */
  readonly before: string;
  readonly after: string;
}

/** Of more than that nobody reads the definitions: they are ''. */
const DEFINED_MAX = 300;

/** Both snapshots hold needs. */
export function changeViews(changes: readonly Change[], before: Snapshot, after: Snapshot): ChangeView[] {
  const [first, second] = [objectWriter(before), objectWriter(after)];
  return changes.map((change, i) => {
    const { kind, type, name, parent = counterOf(change), detail } = change;
    const isDefined = i < DEFINED_MAX;
    return {
      kind,
      type,
      name,
      parent,
      detail,
      before: isDefined && kind !== 'added' ? first(change) : '',
      after: isDefined && kind !== 'removed' ? second(change) : '',
    };
  });
}

/** Of the counter of an identity column that came or went, the table. */
function counterOf({ type, detail }: Change): string | null {
  const owner = type === 'sequence' && detail['of an identity column'] ? detail['owned by'] : undefined;
  const column = owner?.after ?? owner?.before;
  return Array.isArray(column) ? objectName({ type: 'table', identity: column.slice(0, 2).map(String) }) : null;
}
