import type { OwnServer } from '../support/servers.ts';
import type { Clone } from './clone.ts';
import { matches } from './compare.ts';
import type { Block, Document } from './markdown.ts';
import { type CommandOutput, ShellSession } from './session.ts';

/** Where a document's examples are and where its server listens, as far as their output tells. */
const SHOWN_PLACE = '/home/ada/taskflow';
const SHOWN_PORT = '5432';

/**
 * Runs the shell blocks of a document in their order, in one clone, and compares what its consoles show. Returns what is
 * wrong with the first block that is: what follows in the document stands on it.
 */
export function checkDocument(document: Document, clone: Clone, server: Pick<OwnServer, 'port'>): string[] {
  const session = new ShellSession(clone);
  for (const block of document.blocks) {
    if (block.language !== 'sh' && block.language !== 'console') continue;
    const wrong = block.marks.includes('norun')
      ? reasonMissing(block)
      : checkBlock(block, session, clone, serverFor(block, server));
    if (wrong.length > 0) return wrong.map((text) => `${document.path}:${block.line}: ${text}`);
  }
  return [];
}

function reasonMissing({ comment }: Block): string[] {
  return /^not run: \S/.test(comment) ? [] : ['norun needs <!-- not run: reason --> before it'];
}

/** Where the text talks of a server, that is the private one of the test; elsewhere nothing is named, and the embedded one is meant. */
function serverFor(block: Block, { port }: Pick<OwnServer, 'port'>): Record<string, string> {
  const talksOfServer = /-U postgres|--database|--env| -d |\bpsql\b|\bcreatedb\b/.test(
    `${block.text} ${block.comment}`,
  );
  return talksOfServer ? { PGHOST: '127.0.0.1', PGPORT: String(port), PGUSER: 'postgres' } : {};
}

function checkBlock(block: Block, session: ShellSession, clone: Clone, extra: Record<string, string>): string[] {
  const before = /^in the test, first:\s*([\s\S]+)$/.exec(block.comment)?.[1];
  if (before) {
    const wrong = failures([before], session.run([before], extra));
    if (wrong.length > 0) return wrong;
  }
  if (block.language === 'sh') return failures([block.text], session.run([`set -e\n${block.text}\nset +e`], extra));
  const shown = consoleCommands(block.text);
  const outputs = session.run(
    shown.map((one) => one.command),
    extra,
  );
  const places = { [clone.root]: SHOWN_PLACE, ...(extra.PGPORT ? { [extra.PGPORT]: SHOWN_PORT } : {}) };
  return shown.flatMap((one, i) => compare(one, outputs[i], places));
}

function failures(commands: readonly string[], outputs: readonly CommandOutput[]): string[] {
  return commands.flatMap((command, i) => {
    const { status, output } = outputs[i] ?? { status: -1, output: 'the shell ended' };
    return status === 0 ? [] : [`status ${status}\n${command}\n${output}`];
  });
}

interface Shown {
  readonly command: string;
  readonly output: string;
}

/** `$ command`, its further lines behind `> `, and what it printed. */
function consoleCommands(text: string): Shown[] {
  const shown: { command: string; output: string }[] = [];
  for (const line of text.split('\n')) {
    const last = shown.at(-1);
    if (line.startsWith('$ ')) shown.push({ command: line.slice(2), output: '' });
    else if (!last) throw new Error(`a console block begins with a command behind "$ ", not with: ${line}`);
    else if (line.startsWith('> ') && last.output === '') last.command += `\n${line.slice(2)}`;
    else last.output += `${line}\n`;
  }
  return shown;
}

function compare(shown: Shown, result: CommandOutput | undefined, places: Record<string, string>): string[] {
  const { status, output } = result ?? { status: -1, output: 'the shell ended' };
  const mayFail = /^(error|ERROR|FATAL)\b/m.test(shown.output) || /--check\b/.test(shown.command);
  if (status !== 0 && !mayFail) return [`status ${status}\n$ ${shown.command}\n${output}`];
  if (matches(shown.output, output, places)) return [];
  return [`shows something else than is printed\n$ ${shown.command}\n${output}\n--- shown:\n${shown.output}`];
}
