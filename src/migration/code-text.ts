/** In which language the code of a migration is written: TypeScript, or JavaScript as an ES module. */
export type CodeLanguage = 'ts' | 'mjs';

/** The language of a file, by its ending; of SQL undefined. What was stored has no ending: no SQL begins with `//`. */
export function languageOf(file: string, text: string): CodeLanguage | undefined {
  const [, ending] = /\.(sql|ts|mjs)$/i.exec(file) ?? [];
  if (ending === undefined) return text.trimStart().startsWith('//') ? 'ts' : undefined;
  return ending === 'ts' || ending === 'mjs' ? ending : undefined;
}

/** A file of code, cut into what its author says of it and the code itself. */
export interface CodeText {
  /**
   * The same text as SQL would have it, each character at its place: of the comments before the first line of code and behind
   * the last, `//` is `--`; the code is blank.
   */
  readonly asSql: string;
  /** Where the code begins and ends; both 0 where there is none. */
  readonly start: number;
  readonly end: number;
  /** The comment lines between, as SQL would have them: nobody reads them. */
  readonly inner: readonly { readonly offset: number; readonly comment: string }[];
}

interface Line {
  readonly text: string;
  readonly offset: number;
  readonly isCode: boolean;
}

export function readCodeText(text: string): CodeText {
  const lines = linesOf(text);
  const first = lines.findIndex(({ isCode }) => isCode);
  const last = lines.findLastIndex(({ isCode }) => isCode);
  const isInside = (i: number) => first !== -1 && i >= first && i <= last;
  const asSql = lines.map((line, i) => (isInside(i) ? ' '.repeat(line.text.length) : commentAsSql(line.text)));
  const inner = lines.filter((line, i) => isInside(i) && !line.isCode && line.text.trim() !== '');
  return {
    asSql: asSql.join('\n'),
    start: lines[first]?.offset ?? 0,
    end: (lines[last]?.offset ?? 0) + (lines[last]?.text.length ?? 0),
    inner: inner.map(({ text: line, offset }) => ({ offset, comment: commentAsSql(line).trimStart() })),
  };
}

function linesOf(text: string): Line[] {
  let offset = 0;
  return text.split('\n').map((line) => {
    const isCode = !/^\s*(?:\/\/|$)/.test(line);
    const found = { text: line, offset, isCode };
    offset += line.length + 1;
    return found;
  });
}

function commentAsSql(line: string): string {
  return line.replace(/^(\s*)\/\//, '$1--');
}
