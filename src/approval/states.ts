/** What has become of a request. */
export type RequestState = 'requested' | 'approved' | 'expired' | 'rejected' | 'revoked' | 'used';

/** What is put on record about a request. */
export type Decision = 'approve' | 'reject' | 'revoke' | 'use' | 'do';

/** From which state what may be done, and what that makes of it; every other pair is refused. */
const TRANSITIONS: readonly {
  readonly from: RequestState;
  readonly decision: Decision;
  readonly to: RequestState;
  readonly reason: string;
}[] = [
  { from: 'requested', decision: 'approve', to: 'approved', reason: 'another person agrees to this plan' },
  { from: 'requested', decision: 'reject', to: 'rejected', reason: 'another person does not' },
  { from: 'requested', decision: 'revoke', to: 'revoked', reason: 'whoever asked wants it no more' },
  { from: 'approved', decision: 'revoke', to: 'revoked', reason: 'something has come up since' },
  { from: 'approved', decision: 'use', to: 'approved', reason: 'a run has begun with it, and has done nothing yet' },
  { from: 'approved', decision: 'do', to: 'used', reason: 'that run has done something: the next one needs its own' },
  { from: 'revoked', decision: 'do', to: 'used', reason: 'that run had begun before it was revoked' },
];

/** The state behind a decision; undefined where it is not possible. An approval that has expired is as good as none. */
export function decided(from: RequestState, decision: Decision): RequestState | undefined {
  return TRANSITIONS.find((one) => one.from === from && one.decision === decision)?.to;
}

/** It may still become a run, or is one away from it. */
export function isOpen(state: RequestState): boolean {
  return state === 'requested' || state === 'approved';
}
