/** What tells two people apart: their names, or the database roles that they have logged in as, too. */
export type IdentifiedBy = 'person' | 'role';

/** Somebody who asks, decides or carries out. */
export interface Person {
  /** The user of the console that is signed in, `--by`, or the user of the operating system. */
  readonly name: string;
  /** Of the database, as the server has authenticated it. */
  readonly role: string;
  readonly via: 'cli' | 'console' | 'library';
}

/**
 * Names are what somebody says of themselves, unless the console has signed them in; the role is what the server knows. By
 * roles two people are two only where both differ.
 */
export function isSamePerson(a: Person, b: Person, by: IdentifiedBy): boolean {
  return plain(a.name) === plain(b.name) || (by === 'role' && a.role === b.role);
}

/** `Ada` and `ada ` are one person. */
function plain(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

/** Ada, or where the role has another name: `ada (role deployer)`. */
export function personText({ name, role }: Person): string {
  return name === role ? name : `${name} (role ${role})`;
}
