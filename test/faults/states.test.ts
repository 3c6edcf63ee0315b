/** A seeded sample of the sweep (docs/TESTING.md, "Faults"): half-done statements, refusals, a full disk, a standby, many runners. */
import { sweepTest } from './sweep-test.ts';

sweepTest(['half', 'refusal', 'full', 'readonly', 'runners', 'takeover']);
