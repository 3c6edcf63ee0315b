import { type IdentifiedBy, isSamePerson, type Person, personText } from './person.ts';
import type { ApprovalRequest } from './requests.ts';
import { type Decision, decided, type RequestState } from './states.ts';

/** Why a person may not decide so on a request; undefined: they may. */
export function whyNotDecide(
  request: ApprovalRequest,
  decision: Exclude<Decision, 'use' | 'do'>,
  person: Person,
  identifiedBy: IdentifiedBy,
): string | undefined {
  if (!decided(request.state, decision)) return stateText(request);
  if (decision === 'revoke' || !isSamePerson(request.by, person, identifiedBy)) return undefined;
  return samePersonText(request.by, person, 'asked for it', 'decide on it');
}

/** Why a run of this person's may not begin with a request; undefined: it may. */
export function whyNotUse(request: ApprovalRequest, runner: Person, identifiedBy: IdentifiedBy): string | undefined {
  const { approved, state, by } = request;
  if (!approved || !decided(state, 'use')) return stateText(request);
  if (isSamePerson(by, approved.by, identifiedBy)) return samePersonText(by, approved.by, 'asked for it', 'approve it');
  if (isSamePerson(runner, approved.by, identifiedBy))
    return samePersonText(approved.by, runner, 'approved it', 'run it');
  return undefined;
}

/** What the two have in common. */
function samePersonText(one: Person, other: Person, did: string, must: string): string {
  const hasSameName = isSamePerson(one, other, 'person');
  if (hasSameName) return `another person has to ${must}: ${personText(one)} ${did}`;
  return `somebody with another database role has to ${must}: ${one.name} ${did} as ${one.role}, too`;
}

const STATES: Readonly<Record<RequestState, (request: ApprovalRequest) => string>> = {
  requested: ({ by, at }) => `asked for by ${personText(by)} at ${minute(at)}; nobody has approved it yet`,
  approved: ({ approved, until, begun }) => `approved by ${who(approved)} until ${minute(until)}${idle(begun)}`,
  expired: ({ approved, until }) => `the approval by ${who(approved)} ended at ${minute(until)}`,
  rejected: ({ ended }) => `rejected by ${who(ended)}${because(ended)}`,
  revoked: ({ ended }) => `revoked by ${who(ended)}${because(ended)}`,
  used: ({ ended }) => `used by ${who(ended)}: an approval is for one run`,
};

/** What has become of a request, in one sentence. */
export function stateText(request: ApprovalRequest): string {
  return STATES[request.state](request);
}

function who(decided: ApprovalRequest['ended']): string {
  return decided ? `${personText(decided.by)} at ${minute(decided.at)}` : 'somebody';
}

/** A run has begun with it; null: none has. */
function idle(begun: ApprovalRequest['begun']): string {
  return begun ? `; a run that ${personText(begun.by)} began at ${minute(begun.at)} has done nothing so far` : '';
}

function because(decided: ApprovalRequest['ended']): string {
  return decided?.comment ? `: ${decided.comment}` : '';
}

/** `2026-11-22 18:47 UTC` */
function minute(at: string | null): string {
  return at === null ? '' : `${at.slice(0, 16).replace('T', ' ')} UTC`;
}
