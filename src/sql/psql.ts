/** What one of psql's own commands means for a migration: nothing (it is dropped), or what to do instead. */
export type PsqlVerdict = { readonly command: string; readonly instead?: string };

/** Commands that only change what psql prints. */
const PRINT_ONLY = 'restrict unrestrict echo qecho warn timing pset t x a C f H T conninfo'.split(' ');

/** Variables that only change what psql prints or how it stops, with the values that are safe to drop. */
const DROPPED_VARIABLES: Readonly<Record<string, RegExp>> = {
  ON_ERROR_STOP: /^(|on|1|true|yes)$/i,
  ECHO: /^/,
  ECHO_HIDDEN: /^/,
  QUIET: /^/,
  VERBOSITY: /^/,
  SHOW_CONTEXT: /^/,
  PROMPT1: /^/,
  PROMPT2: /^/,
  PROMPT3: /^/,
  HISTFILE: /^/,
  HISTSIZE: /^/,
  HISTCONTROL: /^/,
};

const INCLUDE = 'Put the SQL of that file into this one, or make it a migration of its own.';
const CONNECT = 'A migration runs in one database, as one role: remove the line (a role is set with the key `role`).';
const CONDITION = 'Decide in SQL: a DO block with IF, or IF [NOT] EXISTS.';
const RESULT = 'End the statement with `;` instead, and compute in SQL what the next one needs (a DO block, a CTE).';
const VARIABLE = 'psql variables are not replaced in migrations: write the value itself.';
const SHELL = 'A migration runs no programs and reads no files of the client: do it outside, or in SQL.';

const INSTEAD: Readonly<Record<string, string>> = {
  c: CONNECT,
  connect: CONNECT,
  i: INCLUDE,
  ir: INCLUDE,
  include: INCLUDE,
  include_relative: INCLUDE,
  if: CONDITION,
  elif: CONDITION,
  else: CONDITION,
  endif: CONDITION,
  g: RESULT,
  gx: RESULT,
  gset: RESULT,
  gdesc: RESULT,
  gexec: 'Write the statements, or build and run them in a DO block with EXECUTE.',
  crosstabview: RESULT,
  watch: RESULT,
  bind: RESULT,
  parse: RESULT,
  set: VARIABLE,
  unset: VARIABLE,
  prompt: VARIABLE,
  getenv: VARIABLE,
  setenv: SHELL,
  '!': SHELL,
  cd: SHELL,
  o: SHELL,
  out: SHELL,
  w: SHELL,
  write: SHELL,
  s: SHELL,
  lo_import: SHELL,
  lo_export: SHELL,
  copy: 'Use COPY ... FROM STDIN; with the rows on the lines below it and `\\.` on the last one.',
  '.': 'It ends the rows of COPY ... FROM STDIN, and there is no such COPY before it: remove the line.',
  q: 'psql would stop reading here: remove the line and what follows it.',
  quit: 'psql would stop reading here: remove the line and what follows it.',
  encoding: 'Migrations are UTF-8: convert the file and remove the line.',
  ';': 'Write `;` without the backslash.',
  password: 'Use ALTER ROLE in an administrator session; a password does not belong in a migration.',
};

const REMOVE = 'It is a command of psql, not SQL: remove the line.';

/** Whether a line that begins with `\` may be dropped. `line` goes from the backslash to the end of the line. */
export function judgePsqlLine(line: string): PsqlVerdict {
  const match = /^\\([^\s\\]*)(.*)$/s.exec(line.trimEnd());
  const name = match?.[1] || (line[1] ?? '');
  const rest = (match?.[2] ?? '').trim();
  const command = `\\${name}`;
  if (!isDroppable(name, rest)) return { command, instead: INSTEAD[name] ?? REMOVE };
  if (hasBareBackslash(rest)) return { command, instead: 'Put each psql command on a line of its own.' };
  return { command };
}

/** The verdict on a backslash in the middle of a statement, where psql would run a command too. */
export function judgePsqlInStatement(line: string): Required<PsqlVerdict> {
  const verdict = judgePsqlLine(line);
  return { command: verdict.command, instead: verdict.instead ?? 'Move it out of the statement, before or after it.' };
}

function isDroppable(name: string, rest: string): boolean {
  if (PRINT_ONLY.includes(name)) return true;
  if (name === 'encoding') return /^'?(utf-?8|unicode)'?$/i.test(rest);
  if (name !== 'set') return false;
  const [variable = '', ...value] = rest.split(/\s+/);
  return DROPPED_VARIABLES[variable]?.test(value.join(' ').replaceAll("'", '')) ?? false;
}

/** Outside quotes a backslash begins psql's next command on the same line. */
function hasBareBackslash(rest: string): boolean {
  return rest.replace(/'(?:[^'\\]|\\.)*'/g, '').includes('\\');
}
