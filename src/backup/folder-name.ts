/**
 * The folder of a database's backups, below the folder of all: its name, with each byte that a file system or a shell could
 * take amiss as `%` and two hexadecimal digits. No two databases share one.
 */
export function folderOfDatabase(database: string): string {
  return Array.from(new TextEncoder().encode(database), safe).join('');
}

const PLAIN = /[A-Za-z0-9_-]/;

function safe(byte: number): string {
  const character = String.fromCharCode(byte);
  return PLAIN.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`;
}
