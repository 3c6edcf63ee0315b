/** A seeded sample of the sweep (docs/TESTING.md, "Faults"): processes that end, of the tool and of the server. */
import { sweepTest } from './sweep-test.ts';

sweepTest(['process', 'backend']);
