import type { ComponentChildren } from 'preact';
import { visibleParts } from '../../../report/visible.ts';
import type { Fault } from '../data/api.ts';
import { go } from '../data/place.ts';

/** A text as it is; what hides or turns text around is shown as a mark. */
export function Shown({ text }: { text: string }) {
  return (
    <>
      {visibleParts(text).map((part, i) => (part.code === undefined ? part.text : <Hidden key={i} code={part.code} />))}
    </>
  );
}

function Hidden({ code }: { code: string }) {
  return (
    <mark class="hidden-character" title="A character that cannot be seen, or changes how the text around it looks">
      {code}
    </mark>
  );
}

interface LinkProps {
  readonly to: string;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly current?: boolean;
  readonly title?: string;
}

/** A link within the page: opened in place, or in a new tab when asked to. */
export function Link({ to, children, current, ...rest }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={to} onClick={follow} {...(current ? { 'aria-current': 'page' as const } : {})} {...rest}>
      {children}
    </a>
  );
}

/** What went wrong: what, what was found, what to do. */
export function FaultBox({ fault, retry }: { fault: Fault; retry?: () => void }) {
  return (
    <div class="fault" role="alert">
      <p class="fault-message">
        <Shown text={fault.message} />
      </p>
      {fault.found !== undefined && (
        <p>
          Found: <Shown text={fault.found} />
        </p>
      )}
      {fault.expected !== undefined && (
        <p>
          Expected: <Shown text={fault.expected} />
        </p>
      )}
      {fault.state !== undefined && <p>{fault.state}</p>}
      {(fault.next ?? []).map((step) => (
        <p key={step}>
          <Shown text={step} />
        </p>
      ))}
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** A part of a screen under a heading. */
export function Panel(props: {
  title: string;
  children: ComponentChildren;
  aside?: ComponentChildren;
  class?: string;
}) {
  const { title, children, aside } = props;
  return (
    <section class={`panel ${props.class ?? ''}`} aria-label={title}>
      <header class="panel-head">
        <h2>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <p class="loading" role="status">
      Reading {what} …
    </p>
  );
}
