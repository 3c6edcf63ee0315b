import type { RenumberFile } from '../../src/renumber/file.ts';

/** A file that may move, as `031_b` or `031_b < 030_a, 7` (what it depends on). */
export function file(text: string, more: Partial<RenumberFile> = {}): RenumberFile {
  const [version = '', depends = ''] = text.split(' < ');
  const references = [...depends.matchAll(/[^\s,]+/g)].map((match) => ({
    text: match[0],
    line: 1,
    start: '-- Depends: '.length + match.index,
  }));
  const [, number = '', name = ''] = /^(\d+)[_-](.*)$/.exec(version) ?? [];
  const path = `m/${version}.sql`;
  return {
    version,
    number: BigInt(number),
    name,
    file: path,
    references,
    kept: undefined,
    isToApply: true,
    isNew: true,
    ...more,
  };
}

export function applied(text: string): RenumberFile {
  return file(text, { kept: { by: 'database', why: 'is applied to app' }, isToApply: false, isNew: false });
}

/** To be applied here, and on the branch. */
export function published(text: string): RenumberFile {
  return file(text, { kept: { by: 'branch', why: 'is on main' } });
}
