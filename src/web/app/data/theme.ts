import { effect, signal } from '@preact/signals';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** The reader's choice; by default what the system says. */
export const theme = signal<Theme>(THEMES.find((one) => one === localStorage.getItem('taskflow-theme')) ?? 'system');

effect(() => {
  document.documentElement.dataset.theme = theme.value;
  localStorage.setItem('taskflow-theme', theme.value);
});
