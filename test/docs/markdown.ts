/** What the tests need to know of a Markdown document: its code blocks, links, anchors and code spans. */

export interface Block {
  /** First word behind the fence: sh, console, sql, ... */
  readonly language: string;
  /** Further words behind the fence. */
  readonly marks: readonly string[];
  /** The HTML comment right before the block, without its brackets. */
  readonly comment: string;
  readonly text: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
}

export interface Link {
  readonly target: string;
  readonly line: number;
}

export interface Document {
  readonly path: string;
  readonly blocks: readonly Block[];
  readonly links: readonly Link[];
  readonly anchors: ReadonlySet<string>;
  /** `code` in prose and tables. */
  readonly spans: readonly { readonly text: string; readonly line: number }[];
}

const FENCE = /^(\s*)```(.*)$/;

export function readDocument(path: string, text: string): Document {
  const { blocks, prose } = split(text.split('\n'));
  return { path, blocks, links: linksOf(prose), anchors: anchorsOf(prose), spans: spansOf(prose) };
}

/** The blocks, and the document with the lines of the blocks empty, so that line numbers stay. */
function split(lines: readonly string[]): { blocks: Block[]; prose: string[] } {
  const blocks: Block[] = [];
  const prose = [...lines];
  for (let i = 0; i < lines.length; i++) {
    const opening = FENCE.exec(lines[i]!);
    if (!opening) continue;
    const end = lines.findIndex((line, at) => at > i && FENCE.exec(line)?.[2]?.trim() === '');
    if (end < 0) throw new Error(`line ${i + 1}: the code block is not closed`);
    const [language = '', ...marks] = opening[2]!.trim().split(/\s+/);
    const indent = opening[1]!.length;
    const body = lines.slice(i + 1, end).map((line) => line.slice(indent));
    blocks.push({ language, marks, comment: commentBefore(lines, i), text: body.join('\n'), line: i + 1 });
    prose.fill('', i, end + 1);
    i = end;
  }
  return { blocks, prose };
}

function commentBefore(lines: readonly string[], fence: number): string {
  let last = fence - 1;
  if (lines[last]?.trim() === '') last--;
  if (!lines[last]?.endsWith('-->')) return '';
  let first = last;
  while (first >= 0 && !lines[first]!.includes('<!--')) first--;
  const text = lines.slice(Math.max(0, first), last + 1).join('\n');
  return text
    .replace(/^\s*<!--/, '')
    .replace(/-->$/, '')
    .trim();
}

function linksOf(prose: readonly string[]): Link[] {
  return prose.flatMap((line, i) =>
    [...line.replace(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)].map((match) => ({ target: match[1]!, line: i + 1 })),
  );
}

function spansOf(prose: readonly string[]): { text: string; line: number }[] {
  return prose.flatMap((line, i) =>
    [...line.matchAll(/`([^`]+)`/g)].map((match) => ({ text: match[1]!, line: i + 1 })),
  );
}

/** As GitHub makes them: lower case, spaces to hyphens, punctuation dropped, repeated ones numbered. */
function anchorsOf(prose: readonly string[]): Set<string> {
  const anchors = new Set<string>();
  for (const line of prose) {
    const heading = /^#{1,6}\s+(.*)$/.exec(line)?.[1];
    if (heading === undefined) continue;
    const base = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
    let anchor = base;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${base}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}
