/** A seeded sample of the sweep (docs/TESTING.md, "Faults"): half-done statements, a full disk, a standby. */
import { sweepTest } from './sweep-test.ts';

sweepTest(['half', 'full', 'readonly']);
