/** Files just over the size from which a file is read in pieces, and a look at the memory of whoever reads them. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { LARGE_FILE_BYTES } from '../../src/files/large-file.ts';
import type { Workplace } from '../support/cli.ts';

/** Writes parts one after the other; a part may be made many times over. */
export function writeLarge(path: string, parts: Iterable<string>): void {
  const file = openSync(path, 'w');
  for (const part of parts) writeSync(file, part);
  closeSync(file);
}

const LINE = 400;

/** Comment lines until the file is over the limit: what is quick to read and to run. */
export function* padding(bytes = LARGE_FILE_BYTES + 1024): Generator<string> {
  const block = `/* ${'x'.repeat(LINE - 7)} */\n`.repeat(1000);
  for (let written = 0; written < bytes; written += block.length) yield block;
}

/** Lines of one padding. */
export const PADDING_LINES = Math.ceil((LARGE_FILE_BYTES + 1024) / (LINE * 1000)) * 1000;

/** A module that notes down, as the process ends, the most memory that it ever had (kilobytes). */
const RECORDER = `process.on('exit', () => require('node:fs').writeFileSync(process.env.MEMORY_FILE, String(process.resourceUsage().maxRSS)));\n`;

/** For `run`: the environment in which the tool notes its memory, and how to read it (megabytes). */
export function memoryOf(at: Workplace): { env: Record<string, string>; read(): number } {
  at.write({ 'memory.cjs': RECORDER });
  const file = `${at.folder}/memory.txt`;
  return {
    env: { NODE_OPTIONS: `--require ${at.folder}/memory.cjs`, MEMORY_FILE: file },
    read: () => Number(readFileSync(file, 'utf8')) / 1024,
  };
}
