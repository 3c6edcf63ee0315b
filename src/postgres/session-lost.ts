/** The connection of a session is gone, whatever the driver or the system calls that: what was under way is not known. */
export class SessionLost extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
