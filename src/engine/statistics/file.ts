import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { readTextFile, replaceFile } from '../../files/whole-file.ts';
import { readStatistics } from '../../known/read-statistics.ts';
import type { Statistics } from '../../known/statistics.ts';

/** Statistics from a file. `shown`: its path in messages. Problem `file-unreadable` or `statistics-invalid`. */
export function statisticsFromFile(path: string, shown: string): Statistics {
  return readStatistics(readTextFile(path, shown), shown);
}

/** Writes them to a file, whole or not at all; one that is there is replaced. Problem `file-unreadable`. */
export function writeStatistics(statistics: Statistics, path: string, cwd: string): void {
  replaceFile(resolve(cwd, path), path, statisticsText(statistics), randomUUID());
}

/** JSON, each relation, type, function and statement on a line of its own, so that two files can be compared. */
function statisticsText(statistics: Statistics): string {
  const fields = Object.entries(statistics).map(([name, value]) => `  ${JSON.stringify(name)}: ${valueText(value)}`);
  return `{\n${fields.join(',\n')}\n}\n`;
}

function valueText(value: unknown): string {
  if (Array.isArray(value) && value.some((one) => typeof one === 'object'))
    return `[\n${value.map((one) => `    ${JSON.stringify(one)}`).join(',\n')}\n  ]`;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return JSON.stringify(value);
  const { list, ...head } = value as Statistics['statements'] & object;
  return `${JSON.stringify(head).slice(0, -1)},"list":${valueText(list)}}`;
}
