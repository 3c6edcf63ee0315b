import type { Complain } from './complaints.ts';
import { parameterComplaint } from './parameters.ts';

const QUOTE = "Write a value with spaces in single quotes, and ' or \\ inside it as \\' or \\\\.";

/**
 * The parameters of a keyword/value string, as libpq reads it (manual, "Keyword/Value Connection Strings"):
 * `host=db.example password='it\'s' connect_timeout = 10`. A word after a password is not shown in a complaint: it may be
 * the password's rest.
 */
export function parseKeyValue(text: string, origin: string, complain: Complain): Map<string, string> {
  const parameters = new Map<string, string>();
  const pair = /\s*([^=\s]+)(\s*=\s*)?/y;
  while (pair.lastIndex < text.trimEnd().length) {
    const start = pair.lastIndex;
    const [, name = '', equals] = pair.exec(text) ?? [];
    const value = equals === undefined ? undefined : readValue(text, pair.lastIndex);
    if (!value) {
      const what =
        name === ''
          ? 'a = without a keyword before it'
          : equals
            ? 'a quote without an end'
            : 'a keyword without a value';
      complain(`${origin}: ${what} at character ${start + 1}.`, { next: [QUOTE] });
      return parameters;
    }
    setParameter(name, value.text, origin, parameters, complain);
    pair.lastIndex = value.end;
  }
  return parameters;
}

function setParameter(
  name: string,
  value: string,
  origin: string,
  into: Map<string, string>,
  complain: Complain,
): void {
  const complaint = parameterComplaint(name);
  if (!complaint) into.set(name, value);
  else if (into.has('password')) complain(`${origin}: what follows the password is not a keyword.`, { next: [QUOTE] });
  else complain(`${origin}: ${complaint.message}`, { next: complaint.next });
}

/** The value at `start`, quoted or up to the next space, without its escapes; undefined if a quote does not end. */
function readValue(text: string, start: number): { text: string; end: number } | undefined {
  const value = text[start] === "'" ? /'((?:[^'\\]|\\.)*)'/sy : /((?:[^\s\\]|\\.|\\$)*)/sy;
  value.lastIndex = start;
  const found = value.exec(text);
  return found ? { text: found[1]!.replace(/\\(.?)/gs, '$1'), end: value.lastIndex } : undefined;
}
