import { fromFiles, type Told } from '../engine/lint/knowledge.ts';
import type { CommandContext } from './context.ts';

export async function lintKnowledge(_context: CommandContext): Promise<Told> {
  return fromFiles(null);
}
