import { DriftPanel } from '../parts/checks.tsx';
import { SchemaTabs } from '../parts/schema-tabs.tsx';

export function DriftScreen({ target }: { target: string }) {
  return (
    <div class="screen">
      <h1>Schema</h1>
      <SchemaTabs target={target} current="drift" />
      <DriftPanel target={target} />
    </div>
  );
}
