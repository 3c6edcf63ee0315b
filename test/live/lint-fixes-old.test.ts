/** What `lint --fix` may write for a server whose NOT NULL is no constraint yet: see lint-fixes-bed.ts. */
import { describeFixes } from './lint-fixes-bed.ts';

describeFixes(13);
