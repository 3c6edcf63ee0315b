import { signal } from '@preact/signals';
import { ageText, timeText } from './words.ts';

const now = signal(Date.now());
setInterval(() => {
  now.value = Date.now();
}, 5000);

/** How long ago; the time itself as its title. */
export function Age({ iso }: { iso: string }) {
  return (
    <time dateTime={iso} title={timeText(iso)}>
      {ageText(iso, Math.max(now.value, Date.now()))}
    </time>
  );
}

export function Time({ iso }: { iso: string }) {
  return <time dateTime={iso}>{timeText(iso)}</time>;
}
