import { LAYOUT_1 } from './version1.ts';
import { LAYOUT_2 } from './version2.ts';
import { LAYOUT_3 } from './version3.ts';
import { LAYOUT_4 } from './version4.ts';

/** What makes the tracking tables, or brings older ones to the newest layout: to be run in this order, in one transaction. */
export const LAYOUTS: readonly string[] = [LAYOUT_1, LAYOUT_2, LAYOUT_3, LAYOUT_4];
