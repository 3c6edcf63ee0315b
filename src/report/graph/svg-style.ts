import type { MigrationState } from '../../plan/state.ts';
import { type Colors, stateColors } from './state-colors.ts';

const FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";

/** The page in the light and in the dark, as the reader's system has it. */
export function svgStyle(states: readonly (MigrationState | null)[]): string {
  const rules = (theme: 'light' | 'dark') =>
    [...THEMES[theme], ...states.map((state) => stateRules(state, stateColors(state)[theme]))].join(' ');
  return [
    `text { font: 11px ${FONT}; }`,
    '.title { font-size: 16px; font-weight: 600; }',
    '.head { font-size: 12px; font-weight: 700; }',
    '.box rect { stroke-width: 1.2; } .named rect { stroke-width: 3; } .stack { opacity: 0.55; }',
    '.line { fill: none; stroke-width: 1.3; } .hit { fill: none; stroke: transparent; stroke-width: 9; }',
    '.inferred { stroke-dasharray: 6 4; } .weak { stroke-dasharray: 1.5 4; }',
    '.across .line { stroke-width: 1; opacity: 0.4; } .edge:hover .line { stroke-width: 3; opacity: 1; }',
    rules('light'),
    `@media (prefers-color-scheme: dark) { ${rules('dark')} }`,
  ].join('\n');
}

const THEMES = {
  light: [
    '.page { fill: #ffffff; }',
    'text { fill: #1c2330; }',
    '.line { stroke: #5b6472; }',
    '.tip { fill: #5b6472; }',
  ],
  dark: [
    '.page { fill: #14181f; }',
    'text { fill: #e8ebf0; }',
    '.line { stroke: #98a2b1; }',
    '.tip { fill: #98a2b1; }',
  ],
} as const;

export function stateClass(state: MigrationState | null): string {
  return `is-${state ?? 'unasked'}`;
}

function stateRules(state: MigrationState | null, { fill, line, text }: Colors): string {
  const name = stateClass(state);
  return `.${name} rect { fill: ${fill}; stroke: ${line}; } .${name} text { fill: ${text}; }`;
}
