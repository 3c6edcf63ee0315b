import type { ReferenceEdit } from '../../renumber/decide.ts';

/** A line of a file that changes. */
export interface LineChange {
  /** From 1. */
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

/**
 * The bytes of a migration with its `Depends:` headers mended, all else as it is, line breaks and byte order mark included; and the
 * lines concerned. Only the head of the file is read as text.
 */
export function editHeaders(
  before: Uint8Array,
  edits: readonly ReferenceEdit[],
): { content: Uint8Array; lines: LineChange[] } {
  const bytes = Buffer.from(before.buffer, before.byteOffset, before.byteLength);
  const head = endOfLine(bytes, Math.max(...edits.map(({ line }) => line)));
  const texts = bytes.subarray(0, head).toString('utf8').split('\n');
  const lines = [...new Set(edits.map(({ line }) => line))].map((line): LineChange => {
    const text = texts[line - 1] ?? '';
    const own = edits.filter((edit) => edit.line === line);
    const after = replaced(text, own, text.startsWith('\uFEFF') ? 1 : 0);
    texts[line - 1] = after;
    return { line, before: text.replace('\uFEFF', '').trim(), after: after.replace('\uFEFF', '').trim() };
  });
  return { content: Buffer.concat([Buffer.from(texts.join('\n')), bytes.subarray(head)]), lines };
}

/** From behind, so that the places of those before stay. */
function replaced(text: string, edits: readonly ReferenceEdit[], shift: number): string {
  const fromBehind = [...edits].sort((a, b) => b.start - a.start);
  return fromBehind.reduce((line, { start, before, after }) => {
    const at = start + shift;
    return line.slice(0, at) + after + line.slice(at + before.length);
  }, text);
}

/** Behind the line break of that line (from 1), or the end. */
function endOfLine(bytes: Buffer, line: number): number {
  let end = 0;
  for (let i = 0; i < line; i++) {
    const at = bytes.indexOf('\n', end);
    if (at < 0) return bytes.length;
    end = at + 1;
  }
  return end;
}
