import { Problem } from '../../problem/problem.ts';
import { buildTarget } from './build.ts';
import { type Complain, Complaints } from './complaints.ts';
import { environmentDefaults, findConflicts } from './conflicts.ts';
import { defaultHost } from './defaults.ts';
import type { TargetInputs } from './inputs.ts';
import { environmentPassword } from './password.ts';
import { readService } from './services.ts';
import { fill, type Settings } from './settings.ts';
import { environmentSource, flagSource, namesTarget, pgVariables, type Source, variableSources } from './sources.ts';
import type { ConnectionTarget } from './target.ts';

/**
 * The database that the inputs name, with every gap filled as libpq would fill it, or undefined if nothing names one.
 * `--env NAME` supplies the whole target; else the first of flags, DATABASE_URL, DB_* and PG* that names one does.
 *
 * Throws Problem `target-conflict` (with `--env`, another source names something else), `config-invalid` (the
 * environment), or `target-invalid`, each with every complaint at once.
 */
export function resolveTarget(inputs: TargetInputs): ConnectionTarget | undefined {
  return inputs.environment ? resolveEnvironment(inputs, inputs.environment) : resolveNamed(inputs);
}

const NOT_RIGHT = 'The target is not named right.';

function resolveNamed(inputs: TargetInputs): ConnectionTarget | undefined {
  const complaints = new Complaints('target-invalid');
  const source = firstNamed(inputs, complaints);
  if (!source) return undefined;
  const target = complete(source, inputs, pgVariables(inputs.env, 'nothing'), complaints.complain);
  complaints.throwIfAny(NOT_RIGHT);
  return target;
}

/** A source that cannot be read meant to name the target too: going on to the next one would be a guess. */
function firstNamed({ flags, env }: TargetInputs, complaints: Complaints): Source | undefined {
  const flagged = flagSource(flags, complaints.complain);
  if (complaints.any || namesTarget(flagged)) return flagged;
  return variableSources(env, complaints.complain).find((source) => complaints.any || namesTarget(source));
}

function resolveEnvironment(
  inputs: TargetInputs,
  environment: NonNullable<TargetInputs['environment']>,
): ConnectionTarget | undefined {
  const complaints = new Complaints('config-invalid');
  const source = environmentSource(environment, complaints.complain);
  complaints.throwIfAny(`Environment ${environment.name} of the configuration is not right.`);
  const others = otherSources(inputs);
  if (!namesTarget(source)) {
    if (others.length === 0) return undefined;
    throw nameless(environment.name, others);
  }
  const service = readService(source.settings, inputs, complaints.complain);
  const whole = { name: source.name, settings: fill(source.settings, service) };
  checkConflicts(whole, others, inputs);
  const password = environmentPassword(environment, source.settings, inputs.files, complaints.complain);
  const named = { name: source.name, settings: fill(password.settings, whole.settings) };
  const target = complete(named, inputs, pgVariables(inputs.env, 'target'), complaints.complain, password.command);
  complaints.throwIfAny(`Environment ${environment.name} of the configuration is not right.`);
  return target;
}

function otherSources(inputs: TargetInputs): Source[] {
  const complaints = new Complaints('target-invalid');
  const others = [flagSource(inputs.flags, complaints.complain), ...variableSources(inputs.env, complaints.complain)];
  const named = others.filter(namesTarget).map((source) => ({
    name: source.name,
    settings: fill(source.settings, readService(source.settings, inputs, complaints.complain)),
  }));
  complaints.throwIfAny('With --env, no variable may name another target, so each must be readable.');
  return named;
}

function checkConflicts(environment: Source, others: readonly Source[], inputs: TargetInputs): void {
  const conflicts = new Complaints('target-conflict');
  const defaults = environmentDefaults(environment, inputs.osUser, defaultHost(inputs)(5432));
  for (const other of others) findConflicts(other, environment, defaults, conflicts.complain);
  conflicts.throwIfAny('--env supplies the whole target, but something else names another one.');
}

function nameless(name: string, others: readonly Source[]): Problem {
  return new Problem('target-conflict', `Environment ${name} names no target.`, {
    found: `a target in ${others.map((other) => other.name).join(' and ')}`,
    expected: 'the environment to supply the whole target',
    next: [`Add "url", or "host" and "database", to environment ${name}.`, 'Or leave out --env.'],
  });
}

/** libpq's order: what was given, then the service, then variables, then defaults. */
function complete(
  source: Source,
  inputs: TargetInputs,
  variables: Settings,
  complain: Complain,
  passwordCommand?: readonly string[],
): ConnectionTarget {
  const explicit = source.variables ? new Map() : source.settings;
  const service = readService(fill(explicit, variables), inputs, complain);
  const settings = fill(explicit, service, variables);
  return buildTarget({ settings, source: source.name, inputs, passwordCommand }, complain);
}
