const HIDDEN = '***';

/** The gate that all output passes: known secrets and everything that looks like a password are replaced. */
export interface Mask {
  /**
   * From now on this value is hidden wherever it appears, also URL-encoded, quoted for SQL or escaped for JSON. One that
   * equals a name which is shown anyway (a user `postgres` with the password `postgres`) is hidden only where its place
   * says that it is a password: else the name would vanish from all output.
   */
  hide(secret: string, shownAnyway?: readonly string[]): void;
  apply(text: string): string;
}

/** A secret this short would hide half of every text; it is hidden only where its place says that it is a password. */
const SHORTEST = 4;

/**
 * What holds a password by its look: the user part of a URL; `password=` of connection strings, URLs and options;
 * `"password": ""` of JSON; `PASSWORD ''` of SQL (CREATE ROLE, OPTIONS of a user mapping). Lengths are bounded, so that a
 * long text costs linear time.
 */
const PATTERNS: readonly [RegExp, string][] = [
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s:@/?#'"]{0,200}):[^\s'"<>]{1,500}@/gi, `$1:${HIDDEN}@`],
  [
    /((?:password|passwd|pgpass|secret_key)["']?\s{0,10}=\s{0,10})(?:'(?:[^'\\]|\\.|''){1,500}'|"(?:[^"\\]|\\.){1,500}"|[^\s&'"),;]{1,500})/gi,
    `$1${HIDDEN}`,
  ],
  [/("(?:[a-z_]{0,20})password"\s{0,10}:\s{0,10}")(?:[^"\\]|\\.){1,500}"/gi, `$1${HIDDEN}"`],
  // Inside a string of a DO block, where quotes are doubled.
  [/(\bpassword\s{1,20})[eun]?&?''(?!')[^']{1,500}''/gi, `$1''${HIDDEN}''`],
  [/(\bpassword\s{1,20})[eun]?&?'(?:[^'\\]|\\.|''){1,500}'/gi, `$1'${HIDDEN}'`],
  [/(\bpassword\s{1,20})(\$[a-z_0-9]{0,60}\$).{1,500}?\2/gis, `$1'${HIDDEN}'`],
];

export function createMask(secrets: Iterable<string> = []): Mask {
  const known = new Set<string>();
  let pattern: RegExp | undefined;
  const hide = (secret: string, shownAnyway: readonly string[] = []) => {
    if (secret.length < SHORTEST || shownAnyway.includes(secret)) return;
    for (const form of formsOf(secret)) known.add(form);
    pattern = new RegExp(
      [...known]
        .sort((a, b) => b.length - a.length)
        .map(toPattern)
        .join('|'),
      'gu',
    );
  };
  for (const secret of secrets) hide(secret);
  return { hide, apply: (text) => byLook(pattern ? text.replace(pattern, HIDDEN) : text) };
}

/** A value with all texts in it masked, each by itself; the same value where none has changed. */
export function maskTexts<Value>(value: Value, mask: (text: string) => string): Value {
  if (typeof value === 'string') return mask(value) as Value;
  if (value === null || typeof value !== 'object') return value;
  let masked: Value | undefined;
  for (const key in value) {
    const part = maskTexts(value[key], mask);
    if (part === value[key]) continue;
    masked ??= (Array.isArray(value) ? [...value] : { ...value }) as Value;
    masked[key] = part;
  }
  return masked ?? value;
}

function byLook(text: string): string {
  if (!/pass|:\/\/|secret_key/i.test(text)) return text;
  return PATTERNS.reduce((masked, [look, shown]) => masked.replace(look, shown), text);
}

/** The secret as it may be written: as it is, in a URL, in an SQL literal, in JSON. */
function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  return [secret, urlForm(secret), secret.replaceAll("'", "''"), json, secret.replace(/['\\]/g, '\\$&')];
}

function urlForm(secret: string): string {
  try {
    return encodeURIComponent(secret);
  } catch {
    return secret; // a lone surrogate cannot be written in a URL
  }
}

/** A plain word is hidden as a whole word only: the password `post` must not make `***gres` out of `postgres`. */
function toPattern(secret: string): string {
  const quoted = secret.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return /^[A-Za-z]+$/.test(secret) ? `(?<![A-Za-z0-9_])${quoted}(?![A-Za-z0-9_])` : quoted;
}
