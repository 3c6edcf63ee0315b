import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { FaultBox, Loading } from './basics.tsx';

interface LazyProps<Props> {
  readonly what: string;
  /** Always the same function. */
  readonly load: () => Promise<ComponentType<Props>>;
  readonly props: Props;
}

/** A component whose code is loaded when it is first shown. */
export function Lazy<Props extends object>({ what, load, props }: LazyProps<Props>) {
  const found = useSignal<{ component?: ComponentType<Props>; failed?: boolean }>({});
  useEffect(() => {
    load().then(
      (component) => {
        found.value = { component };
      },
      () => {
        found.value = { failed: true };
      },
    );
  }, [load]);
  const { component: Found, failed } = found.value;
  if (Found) return <Found {...props} />;
  if (!failed) return <Loading what={what} />;
  const fault = { status: 0, code: 'console-away', message: `The console does not hand out ${what}.` };
  return <FaultBox fault={{ ...fault, next: ['Was another version installed? Load the page anew.'] }} />;
}
