import { computed, effect, signal } from '@preact/signals';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** The reader's choice; by default what the system says. */
export const theme = signal<Theme>(THEMES.find((one) => one === localStorage.getItem('taskflow-theme')) ?? 'system');

const darkness = matchMedia('(prefers-color-scheme: dark)');
const isSystemDark = signal(darkness.matches);
darkness.addEventListener('change', ({ matches }) => {
  isSystemDark.value = matches;
});

/** The colours that are shown: those of the style sheet follow by themselves, what is painted has to be painted anew. */
export const colors = computed(() => (theme.value !== 'system' ? theme.value : isSystemDark.value ? 'dark' : 'light'));

effect(() => {
  document.documentElement.dataset.theme = theme.value;
  localStorage.setItem('taskflow-theme', theme.value);
});
