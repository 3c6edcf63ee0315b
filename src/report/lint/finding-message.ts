import type { Finding } from '../../lint/finding.ts';
import { visible, visibleLine } from '../visible.ts';
import { fixLines } from './fix-sql.ts';
import { allowLine, effectText } from './words.ts';

/** A finding as plain text of several lines, for formats that have one field for all of it. The first line is its message. */
export function findingMessage(finding: Finding): string {
  return [visibleLine(finding.message), ...detailLines(finding)].join('\n');
}

/** What is said below the message. */
function detailLines(finding: Finding): string[] {
  const effect = effectText(finding);
  const { why, fix } = finding;
  const accept = allowLine(finding);
  return [
    ...(effect === undefined ? [] : [effect]),
    ...(why === null ? [] : [visible(why)]),
    ...(fix ? ['', `Instead: ${visibleLine(fix.title)}`, ...fixLines(fix)] : []),
    ...(accept === undefined ? [] : ['', `To accept it, in the header of the file: ${accept}`]),
  ];
}
