import type { Settings } from '../../config/settings.ts';
import { DEFAULT_OPTIONS } from '../../lint/options.ts';
import type { LintReport } from '../../lint/report.ts';
import type { LintOptions } from '../../lint/rule.ts';
import { RULE_NAMES } from '../../lint/rules.ts';
import type { Scratch } from '../scratch/scratch.ts';
import { activeRules } from './active-rules.ts';
import { type Fixed, type FixRequest, fix } from './fix.ts';
import { fixRefusal } from './fix-refusal.ts';
import type { Told } from './knowledge.ts';
import { type Linted, lint } from './lint.ts';
import { lintFiles } from './lint-files.ts';
import { rehearseFiles } from './rehearse.ts';
import type { LintRequest } from './request.ts';

export interface JudgeRequest extends Pick<FixRequest, 'cwd' | 'files' | 'signal' | 'onFile'> {
  readonly settings: Pick<Settings, 'directories' | 'lint' | 'configFile'>;
  /** Names of the rules to run; none: all that are on. */
  readonly ruleNames: readonly string[];
  /** Asked for when the rules are known to exist. */
  readonly know: () => Promise<Told>;
  /** Rehearse the files there, to see what no text tells. */
  readonly openScratch?: () => Promise<Scratch>;
}

/** Judges migrations by what is known and by the settings. Nothing is run. */
export async function judge(request: JudgeRequest): Promise<LintReport> {
  const { asked, told } = await prepare(request);
  const { newLearner, applied } = asked.knowledge;
  const lintRequest = { ...asked, knowledge: { learner: newLearner(), applied } };
  const seen = request.openScratch && (await rehearsed(request, lintRequest, request.openScratch));
  const linted = await lint({ ...lintRequest, ...(seen ? { seenOf: seen.seenOf } : {}) });
  return reportOf(request, asked, told, { ...linted, notes: [...linted.notes, ...(seen?.notes ?? [])] });
}

async function rehearsed({ settings, cwd }: JudgeRequest, asked: LintRequest, openScratch: () => Promise<Scratch>) {
  const { migrations, judged } = lintFiles(asked);
  const { directories } = settings;
  const files = migrations.filter(({ version }) => judged.has(version));
  return rehearseFiles(await openScratch(), { directories, cwd }, files);
}

/** The same, and writes the fixes that may be written: the report is of the files as they are then. Problem `usage` where nobody knows what is applied. */
export async function judgeAndFix(request: JudgeRequest): Promise<Omit<Fixed, 'linted'> & { report: LintReport }> {
  const { asked, told } = await prepare(request);
  const refusal = fixRefusal(told, request.files.length > 0);
  if (refusal) throw refusal;
  const { linted, ...fixed } = await fix(asked);
  return { ...fixed, report: reportOf(request, asked, told, linted) };
}

async function prepare(request: JudgeRequest): Promise<{ asked: FixRequest; told: Told }> {
  const { settings, ruleNames, know } = request;
  const rules = activeRules(settings.lint.rules, ruleNames, settings.configFile);
  const told = await know();
  const options = optionsOf(settings.lint, settings.lint.serverVersion ?? told.serverMajor);
  return { asked: { ...request, knowledge: told.knowledge, rules, names: RULE_NAMES, options }, told };
}

function reportOf(request: JudgeRequest, { rules, options }: FixRequest, told: Told, linted: Linted): LintReport {
  const { knowledge, serverMajor, ...basis } = told;
  const isSet = request.settings.lint.serverVersion !== undefined;
  return {
    ...linted,
    rules: rules.map(({ rule: { id, topic, summary }, severity }) => ({ id, topic, summary, severity })),
    basis: {
      ...basis,
      set: request.files.length > 0 ? 'named' : knowledge.applied ? 'pending' : 'all',
      serverMajor: options.serverMajor,
      serverMajorFrom: isSet ? 'settings' : serverMajor === undefined ? 'default' : 'server',
    },
  };
}

/** What the settings say of a judgement, for servers of that major version. */
export function optionsOf(lint: Settings['lint'], serverMajor = DEFAULT_OPTIONS.serverMajor): LintOptions {
  return {
    serverMajor,
    largeRows: lint.largeTableRows,
    largeBytes: lint.largeTableBytes,
    smallRows: lint.smallTableRows,
    smallBytes: lint.smallTableBytes,
  };
}
