import { whatMovedSince } from '../../approval/moved.ts';
import type { ApprovalRequest } from '../../approval/requests.ts';
import { isOpen } from '../../approval/states.ts';
import { readFolders, refuseComplaints } from '../../files/folders.ts';
import type { MigrationFile } from '../../plan/migration-file.ts';
import { Problem } from '../../problem/problem.ts';
import { type Control, withControl } from '../control.ts';
import type { Engine } from '../engine.ts';
import { findRequest } from './decide.ts';
import { readRequests } from './read-requests.ts';
import { planChoice } from './replan.ts';
import { type ApprovalRules, approvalRules } from './rules.ts';

/** A request, and what has moved since it was made. */
export interface ListedRequest extends ApprovalRequest {
  /** Of one that is open: what keeps its plan from being what would be done now, a sentence each; null: nobody has looked. */
  readonly moved: readonly string[] | null;
}

export interface ApprovalList extends ApprovalRules {
  readonly database: string;
  /** The newest first. */
  readonly requests: readonly ListedRequest[];
  /** There are older ones that have ended. */
  readonly more: boolean;
}

/** More open requests than this are not planned anew to see what has moved. */
const PLANNED_MAX = 20;
const ENDED_MAX = 20;

/** What is asked for and approved, and the last that has ended; with `all`, all that has. Nothing is written. */
export function listApprovals(engine: Engine, { all }: { readonly all: boolean }): Promise<ApprovalList> {
  return withControl(engine, async (control) =>
    listOf(engine, control, { requests: await readRequests(control), files: lazily(engine), all }),
  );
}

/** The same of requests that were read, the oldest first. */
export async function listOf(
  engine: Engine,
  control: Control,
  given: {
    readonly requests: readonly ApprovalRequest[];
    readonly files: () => readonly MigrationFile[];
    readonly all: boolean;
  },
): Promise<ApprovalList> {
  const requests = [...given.requests].reverse();
  const open = requests.filter(({ state }) => isOpen(state));
  const ended = requests.filter(({ state }) => !isOpen(state));
  const shown = new Set([...open, ...(given.all ? ended : ended.slice(0, ENDED_MAX))]);
  const looked = new Set(open.slice(0, PLANNED_MAX));
  const listed: ListedRequest[] = [];
  for (const request of requests.filter((one) => shown.has(one)))
    listed.push({
      ...request,
      moved: looked.has(request) ? await movedNow(engine, control, given.files, request) : null,
    });
  const { database } = control.server;
  return { database, ...approvalRules(engine, control.ledger), requests: listed, more: shown.size < requests.length };
}

/** One request, by its hash or the beginning of it. */
export function showApproval(engine: Engine, hash: string): Promise<ListedRequest & { readonly database: string }> {
  return withControl(engine, async (control) => {
    const request = findRequest(await readRequests(control), hash);
    const moved = isOpen(request.state) ? await movedNow(engine, control, lazily(engine), request) : null;
    return { ...request, moved, database: control.server.database };
  });
}

/** The files of the folders, read when they are first asked for. */
export function lazily({ settings, cwd }: Engine): () => readonly MigrationFile[] {
  let files: readonly MigrationFile[] | undefined;
  return () => (files ??= refuseComplaints(readFolders(settings.directories, cwd)));
}

/** What cannot be planned any more has moved, too. */
async function movedNow(
  engine: Engine,
  control: Control,
  files: () => readonly MigrationFile[],
  { plan, choice }: ApprovalRequest,
): Promise<string[]> {
  try {
    return whatMovedSince(plan, await planChoice(engine, control, files(), choice));
  } catch (error) {
    if (error instanceof Problem) return [error.message];
    throw error;
  }
}
