import type { Reading } from '../catalog/snapshot.ts';
import type { BatchItem } from '../postgres/pipeline.ts';
import { setLocal, setLocalIfKnown } from '../postgres/session-settings.ts';
import { dependencies } from './needs.ts';
import type { Part } from './part.ts';
import { foreignParts } from './parts/foreign.ts';
import { otherParts } from './parts/others.ts';
import { RELATION_PARTS } from './parts/relations.ts';
import { ROUTINE_PARTS } from './parts/routines.ts';
import { typeParts } from './parts/types.ts';
import { partsWithinRelations } from './parts/within-relations.ts';

export interface SnapshotOptions extends Reading {
  /** Major version of the server, one of SNAPSHOT_MAJORS. */
  readonly major: number;
  /** The tracking tables are in this schema, and left out. */
  readonly trackingSchema: string;
  /** Read as this role. */
  readonly role?: string | undefined;
  /** Leave nothing out that SQL can make again: neither the tracking tables nor the data that the tool keeps. */
  readonly everything?: boolean | undefined;
  /** Read what another transaction sees, which has exported its snapshot under this name. */
  readonly snapshot?: string | undefined;
  /** The longest wait for a lock: writing out a view takes an ACCESS SHARE lock on its tables. */
  readonly lockTimeoutMs: number;
}

/** Every kind of object that is read with these options. */
export function partsOf({ major, privileges, needs }: SnapshotOptions): Part[] {
  // The largest first: there is the most to read while the server goes on.
  const all = [
    ...partsWithinRelations(major),
    ...RELATION_PARTS,
    ...typeParts(major),
    ...ROUTINE_PARTS,
    ...otherParts(major),
    ...foreignParts(major),
    ...(needs ? [dependencies(major)] : []),
  ];
  return all.filter((part) => privileges || !part.onlyPrivileges);
}

/** Everything that decides how the server writes values and expressions, to the end of the transaction. */
export function settings({ role, lockTimeoutMs }: SnapshotOptions): BatchItem[] {
  const values = {
    ...(role === undefined ? {} : { role }),
    search_path: 'pg_catalog, pg_temp',
    TimeZone: 'UTC',
    DateStyle: 'ISO, YMD',
    IntervalStyle: 'postgres',
    extra_float_digits: '1',
    bytea_output: 'hex',
    lc_monetary: 'C',
    quote_all_identifiers: 'off',
    standard_conforming_strings: 'on',
    row_security: 'off',
    statement_timeout: '0',
    idle_in_transaction_session_timeout: '0',
    lock_timeout: String(lockTimeoutMs),
    // Many small queries: compiling one takes longer than all of them.
    jit: 'off',
  };
  return [
    ...Object.entries(values).map(([name, value]) => setLocal(name, value)),
    setLocalIfKnown('transaction_timeout', '0'),
  ];
}
