import { Problem } from '../problem/problem.ts';
import { linkTo, type ManifestEntry } from './manifest.ts';

/** One line as it stands there. */
export interface ManifestLine extends ManifestEntry {
  readonly link: string;
  /** From 1. */
  readonly line: number;
  /** The link that the line behind it must have. */
  readonly next: string;
}

export interface ManifestReading {
  /** Of a merge in conflict those of both sides, without what both came from. */
  readonly lines: readonly ManifestLine[];
  /** The line of the first conflict marker of Git. */
  readonly conflict: number | undefined;
}

const LINE = /^(?<name>[0-9]+[_-][A-Za-z0-9_-]+\.(?:sql|ts|mjs)) (?<checksum>[0-9a-f]{64}) (?<link>[0-9a-f]{64})$/;
/** Git writes seven characters, then a blank and the name of the side. */
const MARKER = /^(?<sign><<<<<<<|\|\|\|\|\|\|\||=======|>>>>>>>)(?: .*)?$/;
const SHOWN_MAX = 100;

/**
 * Reads the text of a manifest (LF line breaks, no byte order mark; the last line break may be missing); `file`: its path for
 * messages. Problem `manifest` at the first line that is neither a line of it, nor a comment, nor one of Git's conflict markers.
 */
export function readManifest(text: string, file: string): ManifestReading {
  const lines: ManifestLine[] = [];
  let conflict: number | undefined;
  let inBase = false;
  for (const [i, content] of text.split('\n').entries()) {
    const line = i + 1;
    const sign = MARKER.exec(content)?.groups?.sign;
    if (sign !== undefined) {
      conflict ??= line;
      inBase = sign.startsWith('|');
    } else if (content !== '' && !content.startsWith('#') && !inBase) lines.push(readLine(content, line, file));
  }
  return { lines, conflict };
}

function readLine(content: string, line: number, file: string): ManifestLine {
  const { name, checksum, link } = LINE.exec(content)?.groups ?? {};
  if (name === undefined || checksum === undefined || link === undefined) throw notALine(content, line, file);
  return { name, checksum, link, line, next: linkTo(`${content}\n`) };
}

function notALine(content: string, line: number, file: string): Problem {
  const shown = content.length > SHOWN_MAX ? `${content.slice(0, SHOWN_MAX)}...` : content;
  return new Problem('manifest', `${file} cannot be read`, {
    where: { file, line, column: 1, lineText: shown },
    found: 'a line that is none of a manifest',
    expected:
      'NNN_description.sql, the SHA-256 of the file, and the SHA-256 of the line before, with one blank between',
    next: ['Restore it from Git.', 'Or write it anew from the files as they are: taskflow-db renumber --lock'],
  });
}
