import { signal } from '@preact/signals';

/** Somebody may see the page: it is not in a tab behind another one, or in a window that is put away. */
export const isVisible = signal(!document.hidden);

document.addEventListener('visibilitychange', () => {
  isVisible.value = !document.hidden;
});
