import { appliedMoved, listMoved, targetMoved } from '../plan/bound.ts';
import type { Manner, PlannedAction } from './action.ts';
import { hashOfAction } from './action-hash.ts';

/** What is otherwise than in the plan that was asked for, one sentence each; empty: it is the same, by its hash. */
export function whatMovedSince(then: PlannedAction, now: PlannedAction): string[] {
  if (hashOfAction(then) === hashOfAction(now)) return [];
  if (then.action !== now.action) return [`this is a ${now.action}, the plan is for a ${then.action}`];
  const elsewhere = [...targetMoved(then.target, now.target), ...unseenCluster(then, now)];
  const applied = appliedSince(then, now);
  // What came to be applied is no surprise where it is missing from the plan.
  const applying = new Set(now.applied);
  const gone = ({ version }: { version: string }) =>
    applying.has(version) === (now.action === 'migrate') ? [] : [`${version} is not in the plan any more`];
  const moved = [
    ...elsewhere,
    ...applied,
    ...listMoved(then.migrations, now.migrations, gone),
    ...listMoved(then.background, now.background, gone),
    ...mannerMoved(then.manner, now.manner),
  ];
  return moved.length > 0 ? moved : ['the plan has another hash'];
}

function appliedSince(then: PlannedAction, now: PlannedAction): string[] {
  const named = ({ applied }: PlannedAction) => applied.map((version) => ({ version, checksum: null }));
  const moved = appliedMoved(named(then), named(now));
  if (moved.length > 0 || then.appliedSha256 === now.appliedSha256) return moved;
  return ['the record of an applied migration was changed since'];
}

/** Whoever asked may have seen less of the server than who looks now. */
function unseenCluster({ target: then }: PlannedAction, { target: now }: PlannedAction): string[] {
  if ((then.systemIdentifier === null) === (now.systemIdentifier === null)) return [];
  const who = now.systemIdentifier === null ? 'this role' : 'the role that the plan was made with';
  return [`${who} may not ask for the system identifier of the cluster: GRANT EXECUTE ON FUNCTION pg_control_system()`];
}

const MANNER: { readonly [Name in keyof Manner]: (now: Manner[Name]) => string } = {
  singleTransaction: (now) => (now ? 'it is one transaction now' : 'it is not one transaction any more'),
  keeps: (now) => (now ? 'data that is destroyed is kept now' : 'data that is destroyed is not kept any more'),
  putsBack: (now) => (now ? 'kept data is put back now' : 'kept data is not put back any more'),
  forced: (now) => (now.length === 0 ? 'no contract is forced any more' : `contracts are forced: ${now.join(', ')}`),
};

function mannerMoved(then: Manner, now: Manner): string[] {
  const names = Object.keys(MANNER) as (keyof Manner)[];
  const other = names.filter((name) => String(then[name]) !== String(now[name]));
  return other.map((name) => MANNER[name](now[name] as never));
}
