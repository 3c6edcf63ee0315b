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
  const state = settle(place, text, context.args.has('check'));
  if (context.wantsJson) context.json({ ok: state !== 'stale', file: place.file, state, ...facts });
  else if (!context.quiet || state === 'stale') context.stderr.line(SAID[state](place.file));
  return state === 'stale' ? EXIT.different : EXIT.done;
}

const SAID: Readonly<Record<GeneratedState, (file: string) => string>> = {
  unchanged: (file) => `${file} is up to date.`,
  written: (file) => `Wrote ${file}.`,
  stale: (file) => `${file} is stale: the same command without --check writes it.`,
};
