/** What code does not say here, and what it says instead. */
import { LAYERS, layerOf } from './layers.ts';

export interface Ban {
  readonly what: string;
  /** Found in code; with `inComments`, anywhere in the text. */
  readonly pattern: RegExp;
  readonly instead: string;
  readonly inComments?: boolean;
  /** Where it holds; everywhere if absent. */
  readonly holds?: (path: string) => boolean;
  /** An example that the pattern finds, for the test of this table. */
  readonly example: string;
}

const inSource = (path: string) => path.startsWith('src/');
const inTests = (path: string) => path.startsWith('test/');
const inPureLayer = (path: string) => inSource(path) && LAYERS[layerOf(path)]?.pure === true;
const outsideOf = (...allowed: string[]) => {
  return (path: string) => inSource(path) && !allowed.some((name) => path === name || path.startsWith(`${name}/`));
};

export const BANS: readonly Ban[] = [
  {
    what: 'console',
    pattern: /\bconsole\s*\./,
    instead: "a command's context.stdout and stderr; elsewhere an event or a Problem",
    holds: inSource,
    example: 'console.log(1)',
  },
  {
    what: 'process.exit',
    pattern: /\bprocess\s*\.\s*(exit|abort|reallyExit)\b/,
    instead: 'return an exit status, or throw a Problem',
    holds: outsideOf('src/cli/main.ts', 'src/cli/signals.ts'),
    example: 'process.exit(1)',
  },
  {
    what: "the process's streams",
    pattern: /\bprocess\s*\.\s*(stdout|stderr|stdin)\b/,
    instead: 'emit an event, or take the value as an argument',
    holds: outsideOf('src/cli'),
    example: 'process.stdout.write(x)',
  },
  {
    what: "the process's environment, folder and arguments",
    pattern: /\bprocess\s*\.\s*(env|cwd|argv)\b/,
    instead: 'take env, cwd and flags as arguments',
    // They start other programs and load libraries, which have environments of their own; what is configured is handed in.
    holds: outsideOf('src/cli', 'src/embedded', 'src/postgres/connect'),
    example: 'process.env.HOME',
  },
  {
    what: 'the process in a pure layer',
    pattern: /\bprocess\s*\./,
    instead: 'take the value as an argument',
    holds: inPureLayer,
    example: 'process.platform',
  },
  {
    what: 'the clock in a pure layer',
    pattern: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*\(\s*\)|\bperformance\b/,
    instead: 'take the time, or a function that tells it, as an argument',
    holds: inPureLayer,
    example: 'new Date()',
  },
  {
    what: 'timers and requests in a pure layer',
    pattern: /\b(setTimeout|setInterval|setImmediate|queueMicrotask|fetch)\s*\(/,
    instead: 'return a value; waiting belongs to the layers with effects',
    holds: inPureLayer,
    example: 'setTimeout(f, 1)',
  },
  {
    what: 'randomness in a pure layer',
    pattern: /\bMath\s*\.\s*random\b|\brandom(Bytes|UUID|Int)\b/,
    instead: 'take the value, or a function that makes it, as an argument',
    holds: inPureLayer,
    example: 'Math.random()',
  },
  {
    what: 'blocking child processes',
    pattern: /\b(execSync|execFileSync|spawnSync)\s*\(/,
    instead: 'execFile with an AbortSignal and a time limit',
    // create asks git for a name, once, while nothing else is under way.
    holds: outsideOf('src/cli/git-user.ts'),
    example: "spawnSync('id')",
  },
  {
    what: 'any',
    pattern: /(?:[:<,|&(=]\s*|\bas\s+)any\b(?!\s*[:(.])/,
    instead: 'unknown, and a check',
    example: 'let x: any;',
  },
  {
    what: 'a silenced compiler',
    pattern: /@ts-(ignore|expect-error|nocheck)\b/,
    instead: 'the right type',
    inComments: true,
    // It compiles a program of its own, to see that the library's types refuse what does not fit them.
    holds: (path) => path !== 'test/library/package.test.ts',
    example: '// @ts-ignore',
  },
  {
    what: 'markup from text',
    pattern: /\.\s*(innerHTML|outerHTML|insertAdjacentHTML)\b|\bdocument\s*\.\s*write\b/,
    instead: 'textContent and createElement',
    example: 'a.innerHTML = b',
  },
  {
    what: 'code from text',
    pattern: /(?<![.\w])eval\s*\(|\bnew\s+Function\b/,
    instead: 'a function',
    example: 'eval(x)',
  },
  {
    what: 'work left open',
    pattern: /(?:\/\/|\/\*|^[ \t]*\*).*?\b(?:TODO|FIXME|XXX|HACK)\b/m,
    instead: 'finish it, or open an issue',
    inComments: true,
    example: '// TODO: later',
  },
  {
    what: 'a test left out',
    pattern: /\b(test|it|describe|suite)\s*\.\s*(skip|only|todo)\b|[{,]\s*(?:(?:skip|todo)\s*:|only\s*:\s*true\b)/,
    instead: 'make it run everywhere: scripts/test.sh installs what it needs',
    holds: inTests,
    example: "test('x', { skip: true }, f)",
  },
];
