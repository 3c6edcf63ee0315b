import {
  areMigrations,
  type Check,
  hasFields,
  isCount,
  isFlag,
  isTarget,
  isText,
  isTextOrNull,
  listOf,
} from '../plan/read-bound.ts';
import { ACTIONS, type ActionChoice, type ActionKind, type Manner, type PlannedAction } from './action.ts';

const MANNER: Readonly<Record<keyof Manner, Check>> = {
  singleTransaction: isFlag,
  keeps: isFlag,
  putsBack: isFlag,
  forced: listOf(isText),
};

const ACTION: Readonly<Record<keyof PlannedAction, Check>> = {
  action: (value) => ACTIONS.some((one) => one === value),
  target: isTarget,
  manner: hasFields(MANNER),
  migrations: areMigrations,
  background: areMigrations,
  applied: listOf(isText),
  appliedSha256: isText,
};

const CHOICES: Readonly<Record<ActionKind, Check>> = {
  migrate: hasFields({
    to: isTextOrNull,
    only: isTextOrNull,
    allowLate: isFlag,
    singleTransaction: isFlag,
    forceContract: isTextOrNull,
  }),
  rollback: hasFields({
    to: isTextOrNull,
    version: isTextOrNull,
    cascade: isFlag,
    steps: (value) => value === null || isCount(value),
    data: isFlag,
  }),
};

/** A plan as the audit trail keeps it; undefined for what is none: whoever may write events may write anything. */
export function readAction(value: unknown): PlannedAction | undefined {
  return hasFields(ACTION)(value) ? (value as PlannedAction) : undefined;
}

/** What was chosen for an action; undefined where it is not that. */
export function readChoice(value: unknown, action: ActionKind): ActionChoice | undefined {
  const choice = value as ActionChoice | null;
  return CHOICES[action](value) && choice?.action === action ? choice : undefined;
}
