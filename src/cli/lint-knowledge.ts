import { relative } from 'node:path';
import { fromDatabase, fromFiles, fromStatistics, type Told } from '../engine/lint/knowledge.ts';
import { EXIT } from '../problem/codes.ts';
import { Problem } from '../problem/problem.ts';
import type { CommandContext } from './context.ts';
import { withEngine } from './open.ts';

/**
 * What is known beside the files: by the statistics file that is named; else by the database that is named, as far as it can be
 * asked; else nothing.
 */
export async function lintKnowledge(context: CommandContext): Promise<Told> {
  const { args, cwd } = context;
  const configured = context.settings().lint.statistics;
  const statistics = args.value('stats') ?? (configured && relative(cwd, configured));
  if (statistics !== undefined) return fromStatistics(statistics, cwd);
  try {
    return await withEngine(context, {}, fromDatabase);
  } catch (error) {
    if (!(error instanceof Problem) || error.code === 'cancelled') throw error;
    if (error.code === 'target-missing') return fromFiles(null);
    if (error.exitStatus === EXIT.usage) throw error;
    return fromFiles(error.message);
  }
}
