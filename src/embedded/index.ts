export { type EmbeddedState, embeddedState, startEmbedded, stopEmbedded } from './embedded.ts';
export type { EmbeddedOptions, EmbeddedServer } from './options.ts';
