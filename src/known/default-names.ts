/**
 * The names that PostgreSQL gives where a statement has none (makeObjectName and ChooseRelationName of commands/indexcmds.c):
 * `orders_customer_id_fkey`, cut to 63 bytes, the longer of its two parts first, with a number where it is taken.
 */
export function defaultName(
  table: string,
  part: string | undefined,
  label: string,
  isTaken: (name: string) => boolean,
): string {
  for (let pass = 0; ; pass += 1) {
    const name = objectName(table, part, pass === 0 ? label : `${label}${pass}`);
    if (!isTaken(name)) return name;
  }
}

/** NAMEDATALEN - 1 */
const BYTES_MAX = 63;

function objectName(table: string, part: string | undefined, label: string): string {
  const room = BYTES_MAX - label.length - 1 - (part === undefined ? 0 : 1);
  let [first, second] = [bytesOf(table), bytesOf(part ?? '')];
  if (first + second <= room) return part === undefined ? `${table}_${label}` : `${table}_${part}_${label}`;
  while (first + second > room) {
    if (first > second) first -= 1;
    else second -= 1;
  }
  const parts = part === undefined ? [cut(table, first)] : [cut(table, first), cut(part, second)];
  return [...parts, label].join('_');
}

/** The columns of an index or a foreign key in its name: no more of them once it is long enough. */
export function columnsPart(columns: readonly string[]): string {
  let part = '';
  for (const column of columns) {
    if (bytesOf(part) > BYTES_MAX) break;
    part += part === '' ? column : `_${column}`;
  }
  return part;
}

function bytesOf(text: string): number {
  if (/^[\0-\x7f]*$/.test(text)) return text.length;
  let bytes = 0;
  for (const character of text) bytes += bytesOfCharacter(character);
  return bytes;
}

/** So many bytes at most, whole characters only. */
function cut(text: string, bytes: number): string {
  let [left, end] = [bytes, 0];
  for (const character of text) {
    left -= bytesOfCharacter(character);
    if (left < 0) break;
    end += character.length;
  }
  return text.slice(0, end);
}

function bytesOfCharacter(character: string): number {
  const code = character.codePointAt(0)!;
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}
