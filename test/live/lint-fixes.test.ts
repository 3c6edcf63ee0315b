/** Where what `lint --fix` may write ends, on the newest server: see lint-fixes-bed.ts. */
import { describeEnds } from './lint-fixes-bed.ts';

describeEnds(18);
