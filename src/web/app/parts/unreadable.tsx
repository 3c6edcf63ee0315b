import type { ComponentChildren } from 'preact';
import type { Fault } from '../data/api.ts';
import { FaultBox, Shown } from './basics.tsx';

/** A screen whose document cannot be had: it says what it would be, the way up, and why. */
export function Unreadable(props: { title: string; fault: Fault; retry: () => void; children?: ComponentChildren }) {
  const { title, fault, retry, children } = props;
  return (
    <div class="screen">
      {children && <p class="crumbs">{children}</p>}
      <h1>
        <Shown text={title} />
      </h1>
      <FaultBox fault={fault} retry={retry} />
    </div>
  );
}
