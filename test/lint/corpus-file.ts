/** Reads test/lint/corpus/<rule>.sql: cases that are unsafe and their safe twins. */
import { readdirSync, readFileSync } from 'node:fs';
import type { LintOptions } from '../../src/lint/rule.ts';
import type { Figures } from './corpus-statistics.ts';

export interface CorpusCase {
  readonly rule: string;
  readonly kind: 'unsafe' | 'safe';
  readonly title: string;
  readonly given: string;
  readonly sql: string;
  readonly whole: boolean;
  readonly options: Partial<LintOptions>;
  /** What the statistics of a server say; undefined: there are none. */
  readonly figures: Figures | undefined;
  readonly line: number;
}

const FOLDER = new URL('corpus/', import.meta.url);
const MARK = /^--- (given|unsafe|safe)(?: \[([^\]]*)\])?:? ?(.*)$/;

export function corpusRules(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name !== 'given.sql')
    .map((name) => name.replace(/\.sql$/, ''));
}

export function corpusOf(rule: string): CorpusCase[] {
  const cases: CorpusCase[] = [];
  let given = '';
  let open: { kind: string; attributes: string; title: string; line: number; lines: string[] } | undefined;
  const close = () => {
    if (!open) return;
    const sql = open.lines.join('\n').trim();
    if (open.kind === 'given') given = sql;
    else
      cases.push({
        rule,
        given,
        sql,
        title: open.title,
        line: open.line,
        ...attributesOf(open.attributes),
        kind: open.kind as 'safe',
      });
    open = undefined;
  };
  for (const [i, line] of readFileSync(new URL(`${rule}.sql`, FOLDER), 'utf8')
    .split('\n')
    .entries()) {
    const [, kind, attributes = '', title = ''] = MARK.exec(line) ?? [];
    if (kind) {
      close();
      open = { kind, attributes, title, line: i + 1, lines: [] };
    } else if (open) open.lines.push(line);
    else if (line.trim() !== '' && !line.startsWith('-- ')) throw new Error(`${rule}.sql:${i + 1}: outside any case`);
  }
  close();
  return cases;
}

function attributesOf(text: string): Pick<CorpusCase, 'whole' | 'options' | 'figures'> {
  const [large, small, used]: [string[], string[], string[]] = [[], [], []];
  let looked = false;
  let whole = false;
  let options: Partial<LintOptions> = {};
  for (const attribute of text.split(',').map((one) => one.trim())) {
    const [word = '', value = ''] = attribute.split(/\s+/);
    if (word === 'used' || word === 'unused') looked = true;
    if (word === 'whole') whole = true;
    else if (word === 'server') options = { serverMajor: Number(value) };
    else if (word === 'large') large.push(value);
    else if (word === 'small') small.push(value);
    else if (word === 'used') used.push(value);
    else if (word !== 'unused' && word !== '') throw new Error(`unknown attribute ${attribute}`);
  }
  const some = looked || large.length + small.length > 0;
  return { whole, options, figures: some ? { large, small, used: looked ? used : undefined } : undefined };
}
