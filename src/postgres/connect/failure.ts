import type { Secret } from '../target/secret.ts';
import type { ConnectionTarget, TargetHost } from '../target/target.ts';

/** How far an attempt came before it failed; it decides what is tried next. */
export type Stage = 'reach' | 'tls' | 'startup' | 'session';

/** One failed attempt and where it was made. */
export interface Failure {
  readonly stage: Stage;
  readonly error: unknown;
  readonly host: TargetHost;
  readonly target: ConnectionTarget;
  readonly encrypted: boolean;
  /** The password that the server turned down. */
  readonly secret?: Secret | undefined;
}
