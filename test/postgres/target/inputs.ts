import type { TargetInputs } from '../../../src/postgres/target/inputs.ts';
import { resolveTarget } from '../../../src/postgres/target/resolve.ts';
import type { ConnectionTarget } from '../../../src/postgres/target/target.ts';
import { Problem } from '../../../src/problem/problem.ts';

type File = string | { text: string; mode?: number; uid?: number; isFile?: boolean };
type Given = Partial<Omit<TargetInputs, 'files'>> & { files?: Record<string, File> };

/** Ada on Linux, with these files and nothing else. */
export function inputs({ files = {}, ...given }: Given): TargetInputs {
  const facts = (path: string) => {
    const file = files[path];
    return typeof file === 'string' ? { text: file, mode: 0o600, uid: 1000, isFile: true } : file;
  };
  return {
    flags: {},
    env: {},
    homeDirectory: '/home/ada',
    osUser: 'ada',
    platform: 'linux',
    files: {
      read: (path) => facts(path)?.text,
      stat: (path) => {
        const file = facts(path);
        return file && { mode: file.mode ?? 0o600, uid: file.uid ?? 1000, isFile: file.isFile ?? true };
      },
    },
    ...given,
  };
}

export function resolve(given: Given): ConnectionTarget {
  const target = resolveTarget(inputs(given));
  if (!target) throw new Error('nothing names a target');
  return target;
}

/** The refusal of these inputs, with all that it says in one text. */
export function refusal(given: Given): { code: string; text: string; complaints: string[] } {
  try {
    resolveTarget(inputs(given));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const complaints = (error.fields.also ?? [error]).map((each) => each.message);
    const text = [error, ...(error.fields.also ?? [])]
      .map((each) => JSON.stringify([each.message, each.fields]))
      .join('\n');
    return { code: error.code, text, complaints };
  }
  throw new Error('these inputs are accepted');
}
