/** What `lint --fix` may write for a server whose NOT NULL is no constraint yet: see lint-fixes-bed.ts. */
import { describeEnds, describeWaysBack } from './lint-fixes-bed.ts';

describeEnds(13);
describeWaysBack(13);
