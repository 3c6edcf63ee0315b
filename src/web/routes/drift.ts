import * as v from 'valibot';
import { findDrift } from '../../engine/schema/drift.ts';
import { driftAnswer } from '../answers/drift.ts';
import { ofTarget } from '../answers/shapes.ts';
import { route } from '../route.ts';

export const findDriftNow = route({
  name: 'findDrift',
  method: 'GET',
  path: '/api/targets/:target/drift',
  summary: 'what differs from what the applied migrations make, tried on a scratch database',
  role: 'viewer',
  changes: false,
  input: v.object(ofTarget),
  output: driftAnswer,
  handle({ hub }, { target }) {
    const { engine, withScratch } = hub.target(target);
    return hub.shared(['drift', target], async () => {
      const drift = await withScratch((open) => findDrift(engine, open, { owners: false, privileges: false }));
      return {
        database: drift.database,
        checkedAt: new Date(hub.parts.now()).toISOString(),
        equal: drift.difference.equal,
        changes: drift.difference.changes.map(({ kind, type, name, parent = null, detail }) => ({
          kind,
          type,
          name,
          parent,
          detail,
        })),
        accepted: drift.accepted.length,
        notReplayed: drift.notReplayed,
        notes: drift.notes,
      };
    });
  },
});
