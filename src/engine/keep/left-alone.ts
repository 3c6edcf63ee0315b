import type { Kept } from '../../backup/kept.ts';
import type { Session } from '../../postgres/session.ts';
import { describe } from './relations.ts';
import type { Taking } from './taking.ts';

/** Whether a statement that could have taken a relation, columns of it or all its rows has not come to do so. */
export async function isLeftAlone(
  session: Session,
  { taking: { relation, columns }, kept: { kind } }: { readonly taking: Taking; readonly kept: Pick<Kept, 'kind'> },
): Promise<boolean> {
  const [now] = await describe(session, [relation.oid]);
  if (!now) return false;
  if (kind === 'truncated') return now.files === relation.files;
  if (kind !== 'column' && kind !== 'retyped') return true;
  const taken = relation.columns.filter(({ name }) => columns.some((one) => one.name === name));
  return taken.every(({ attnum, type }) => now.columns.some((one) => one.attnum === attnum && one.type === type));
}
