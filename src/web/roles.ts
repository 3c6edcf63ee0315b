/** What somebody may do, from the least: see, act, approve what others want to do. */
export const ROLES = ['viewer', 'operator', 'approver'] as const;
export type Role = (typeof ROLES)[number];

/** Whether a role is that one or more. */
export function isAtLeast(role: Role, wanted: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(wanted);
}

/** Somebody who may sign in to the console; `name` goes into the audit trail. */
export interface User {
  readonly name: string;
  readonly role: Role;
}
