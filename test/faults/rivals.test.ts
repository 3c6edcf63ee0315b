/** A seeded sample of the sweep (docs/TESTING.md, "Faults"): a server that refuses, many runners, one that takes over. */
import { sweepTest } from './sweep-test.ts';

sweepTest(['refusal', 'runners', 'takeover']);
