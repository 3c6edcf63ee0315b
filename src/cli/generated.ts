import { type GeneratedState, generatedFile, settle } from '../engine/generated/generated-file.ts';
import { EXIT, type ExitStatus } from '../problem/codes.ts';
import type { CommandContext } from './context.ts';

type Made = ReturnType<typeof generatedFile>;

/** The place that `--out` names, or that the contract gives to such a file. */
export function placeOf(context: CommandContext, which: Parameters<typeof generatedFile>[0]): Made {
  return generatedFile(which, context.settings().directories, { cwd: context.cwd, named: context.args.value('out') });
}

/** Writes the file, or with `--check` compares it, and says which. `facts`: what else the document holds. */
export function deliver(context: CommandContext, place: Made, text: string, facts: object = {}): ExitStatus {
  return tell(context, place, settle(place, text, context.args.has('check')), facts);
}

/** Says what became of the file. */
export function tell(context: CommandContext, place: Made, state: GeneratedState, facts: object): ExitStatus {
  if (context.wantsJson) context.json({ ok: state !== 'stale', file: place.file, state, ...facts });
  else sayState(context, place, state);
  return state === 'stale' ? EXIT.different : EXIT.done;
}

/** The same in words, on stderr. */
export function sayState(context: CommandContext, { file }: Made, state: GeneratedState): void {
  if (context.wantsJson || (context.quiet && state !== 'stale')) return;
  context.stderr.line(SAID[state](file));
}

const SAID: Readonly<Record<GeneratedState, (file: string) => string>> = {
  unchanged: (file) => `${file} is up to date.`,
  written: (file) => `Wrote ${file}.`,
  stale: (file) => `${file} is stale: the same command without --check writes it.`,
};
