import type { Session } from '../../postgres/session.ts';
import type { Engine } from '../engine.ts';

/** Where a backup is loaded into: a database that is empty, made for that. */
export interface LoadInto {
  /** Opens sessions of that server; its target tells how programs connect. */
  readonly engine: Engine;
  readonly database: string;
  /** A session of the server, of any database: programs connect to the same host. */
  readonly session: Session;
  readonly serverMajor: number;
  /** Owners and privileges are those of the source; else everything belongs to who loads it. */
  readonly owners: boolean;
  readonly privileges: boolean;
  readonly jobs: number;
  /** Aborted when the person wants to stop. */
  readonly signal: AbortSignal;
  /** How its sessions are called, and those of programs; else `restore`. */
  readonly purpose?: 'restore' | 'table restore';
  readonly onTable: (done: number, total: number) => void;
}
