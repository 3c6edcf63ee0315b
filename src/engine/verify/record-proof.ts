import { LAYOUT_NEWEST } from '../../ledger/names.ts';
import { eventItem } from '../../ledger/write.ts';
import { Problem } from '../../problem/problem.ts';
import { withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { isDatabaseError } from '../failure.ts';
import type { Proof } from './proof.ts';

/**
 * Puts on record what `verify` has found, in the audit trail of the database that the migrations are for. Undefined where that is
 * done; else why it is not: a proof stands by itself, and nothing is made for its sake.
 */
export async function recordProof(engine: Engine, proof: Proof): Promise<string | undefined> {
  try {
    return await withControl(engine, async (control) => {
      const { server, ledger, names, role } = control;
      if (ledger.layout === undefined) return `${server.database} has no tracking tables`;
      if (ledger.layout !== LAYOUT_NEWEST)
        return `the tracking tables of ${server.database} are older: taskflow-db init`;
      if (server.inRecovery || server.readOnly) return `${server.database} accepts no writes`;
      const detail = { ...proof, failures: proof.failures.map((one) => ({ ...one, detail: engine.mask(one.detail) })) };
      const event = eventItem(names, engine.run, { event: 'verified', version: null, detail });
      const denied = await control.write([event]).catch((error: unknown) => {
        if (isDatabaseError(error))
          return error.code === '42501' ? `${role} may not write the audit trail` : error.message;
        throw error;
      });
      return denied ?? undefined;
    });
  } catch (error) {
    if (error instanceof Problem && error.code !== 'cancelled') return error.message;
    throw error;
  }
}
