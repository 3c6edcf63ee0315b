import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import type { CommandContext } from '../context.ts';
import { VERSION } from '../version.ts';

export async function run({ stdout, wantsJson, json }: CommandContext): Promise<ExitStatus> {
  const { node, v8 } = process.versions;
  if (wantsJson) json({ version: VERSION, node, v8, platform: `${process.platform}-${process.arch}` });
  else stdout.line(`taskflow-db ${VERSION}`);
  return EXIT.done;
}
