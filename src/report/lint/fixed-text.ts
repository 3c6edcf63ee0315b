import type { Finding } from '../../lint/finding.ts';
import { count } from '../../problem/quantity.ts';
import { lineDiff } from '../line-diff.ts';
import type { Style } from '../style.ts';
import { visibleLine, visibleName } from '../visible.ts';
import { cut, wrap, wrapHard } from '../width.ts';

/** What `lint --fix` has written. */
export interface FixedFiles {
  /** With their texts before and after. */
  readonly changed: readonly { readonly file: string; readonly before: string; readonly after: string }[];
  readonly added: readonly { readonly file: string; readonly title: string }[];
  /** Fixes that were not written, and why. */
  readonly left: readonly { readonly finding: Finding; readonly why: string }[];
}

interface Look {
  readonly width: number;
  readonly style: Style;
}

const DIFF_LINES_MAX = 60;

/** Each file that was changed as a diff, those that were added, and what was left to a person. */
export async function fixedLines({ changed, added, left }: FixedFiles, look: Look): Promise<string[]> {
  const { style, width } = look;
  const lines: string[] = [];
  for (const { file, before, after } of changed) {
    const diff = await lineDiff(before, after, DIFF_LINES_MAX);
    lines.push(
      style.strong(`Changed ${visibleName(file)}`),
      ...diff.split('\n').flatMap((line) => diffLines(line, look)),
      '',
    );
  }
  for (const { file, title } of added)
    lines.push(...wrap(`Added ${visibleName(file)}: ${visibleLine(title)}`, width, '  ').split('\n'));
  for (const { finding, why } of left) {
    const { file, line, rule } = finding;
    lines.push(
      ...wrap(`Not written: ${visibleName(file)}:${line} ${rule}: ${visibleLine(why)}`, width, '  ').split('\n'),
    );
  }
  const written = changed.length + added.length;
  const sum =
    written === 0
      ? 'No fix was written.'
      : `${count(changed.length, 'file')} changed, ${added.length} added: look at them before they are committed.`;
  return [...lines, ...(added.length + left.length > 0 ? [''] : []), ...wrap(sum, width, '  ').split('\n'), ''];
}

/** What was taken away and put in is shown whole, the lines around it are cut. */
function diffLines(line: string, { style, width }: Look): string[] {
  const text = visibleLine(line);
  if (!/^[+-]/.test(line)) return [style.faint(`  ${cut(text, width - 2)}`.trimEnd())];
  const mark = line.startsWith('+') ? style.good : style.bad;
  return wrapHard(text, width - 4).map((part, index) => mark(`${index === 0 ? '  ' : '    '}${part}`));
}
