import type { LeftOut } from '../../catalog/leave-out.ts';
import type { Snapshot } from '../../catalog/snapshot.ts';
import { displayIdentifier } from '../../sql/quote.ts';

/** The subscriptions of both sides of a comparison, for leaving them out: a scratch database never has one. */
export function subscriptionsOf(...schemas: readonly Snapshot[]): {
  readonly leftOut: readonly LeftOut[];
  readonly notes: readonly string[];
} {
  const found = schemas.flatMap(({ objects }) => objects.filter(({ type }) => type === 'subscription'));
  const names = [...new Set(found.map(({ identity }) => identity.map(displayIdentifier).join('.')))];
  return {
    leftOut: found.map(({ identity }) => ({ type: 'subscription', identity })),
    notes: names.map((name) => `not compared: subscription ${name}, which is not made on a scratch server`),
  };
}
