import { analytics } from './analytics.ts';
import { forum } from './forum.ts';
import { identity } from './identity.ts';
import { shop } from './shop.ts';
import type { MigrationSet } from './step.ts';
import { tracker } from './tracker.ts';

export const SETS: readonly MigrationSet[] = [identity, forum, shop, tracker, analytics];
