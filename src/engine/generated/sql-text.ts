import { commentLine, dollarQuoted as quoted } from '../../sql/quote.ts';

const LINE = `-- ${'-'.repeat(117)}`;

/** Sets off a part of a generated file for those who read it. */
export function heading(text: string): string {
  return `${LINE}\n${commentLine(text)}\n${LINE}\n`;
}

/** A string as people write it, or NULL. */
export function string(text: string | null): string {
  return text === null ? 'NULL' : `'${text.replaceAll("'", "''")}'`;
}

/** A text of many lines as it is, between dollar quotes, or NULL. */
export function dollarQuoted(text: string | null, name: string): string {
  return text === null ? 'NULL' : quoted(text, name);
}
