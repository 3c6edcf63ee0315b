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

/** What became of the loading, and of which. */
interface Loaded<Props> {
  readonly by?: () => Promise<ComponentType<Props>>;
  readonly component?: ComponentType<Props>;
  readonly failed?: boolean;
}

/** A component whose code is loaded when it is first shown. */
export function Lazy<Props extends object>({ what, load, props }: LazyProps<Props>) {
  const found = useSignal<Loaded<Props>>({});
  useEffect(() => {
    let isWanted = true;
    const tell = (loaded: Loaded<Props>) => {
      if (isWanted) found.value = { ...loaded, by: load };
    };
    load().then(
      (component) => tell({ component }),
      () => tell({ failed: true }),
    );
    return () => {
      isWanted = false;
    };
  }, [load]);
  // One that was wanted before is not drawn with what is to be shown now.
  const { component: Found, failed } = found.value.by === load ? found.value : {};
  if (Found) return <Found {...props} />;
  if (!failed) return <Loading what={what} />;
  const fault = { status: 0, code: 'console-away', message: `The console does not hand out ${what}.` };
  return <FaultBox fault={{ ...fault, next: ['Was another version installed? Load the page anew.'] }} />;
}
