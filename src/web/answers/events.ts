import * as v from 'valibot';
import type { Answer } from './frozen.ts';
import { event, text } from './shapes.ts';

export const eventsAnswer = v.object({
  database: text,
  events: v.array(event),
  more: v.pipe(v.boolean(), v.description('there are older ones')),
});

export type EventsAnswer = Answer<typeof eventsAnswer>;
