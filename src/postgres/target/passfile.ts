/** What a line of the password file is compared with. */
export interface PasswordQuestion {
  /** The host as given, or the address where only that is given. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/**
 * The password that the file holds for this connection, from the first line that fits: `hostname:port:database:username:password`,
 * `*` for anything, `\:` and `\\` for these characters (manual, "The Password File").
 */
export function findPassword(file: string, { host, port, database, user }: PasswordQuestion): string | undefined {
  const wanted = [host, String(port), database, user];
  for (const line of file.split('\n')) {
    const password = line.startsWith('#') ? undefined : passwordIn(line.replace(/\r+$/, ''), wanted);
    if (password !== undefined) return password;
  }
  return undefined;
}

function passwordIn(line: string, wanted: readonly string[]): string | undefined {
  let at = 0;
  for (const value of wanted) {
    const field = /((?:[^:\\]|\\.)*):/y;
    field.lastIndex = at;
    const raw = field.exec(line)?.[1];
    if (raw === undefined || (raw !== '*' && unescaped(raw) !== value)) return undefined;
    at = field.lastIndex;
  }
  // Up to the next colon, as libpq reads it: what follows is a field of some later day.
  return unescaped(/^(?:[^:\\]|\\.|\\$)*/.exec(line.slice(at))![0]);
}

function unescaped(text: string): string {
  return text.replace(/\\(.?)/g, '$1');
}
