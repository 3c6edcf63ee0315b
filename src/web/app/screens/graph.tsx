import { useEffect, useMemo } from 'preact/hooks';
import type { GraphAnswer } from '../../answers/graph.ts';
import { targetPath } from '../data/api.ts';
import { pathOf, place, setQuery } from '../data/place.ts';
import { useResource } from '../data/resource.ts';
import { FaultBox, Link, Loading, Panel, Shown } from '../parts/basics.tsx';
import { GraphPicture } from '../parts/graph-picture.tsx';
import { type Reach, reachOf } from '../parts/reach.ts';
import { StateWord } from '../parts/state.tsx';
import { count } from '../parts/words.ts';
import { useZoom } from '../parts/zoom.ts';

export function GraphScreen({ target }: { target: string }) {
  const { now, refresh } = useResource<GraphAnswer>(targetPath(target, 'graph'));
  const { value, fault } = now.value;
  if (!value) return fault ? <FaultBox fault={fault} retry={refresh} /> : <Loading what="the graph" />;
  return <Drawn target={target} graph={value} />;
}

function Drawn({ target, graph }: { target: string; graph: GraphAnswer }) {
  const zoom = useZoom();
  const selected = chosen(graph, place.value.query.get('select') ?? '');
  const reach = useMemo(() => (selected === '' ? undefined : reachOf(graph, selected)), [graph, selected]);
  const select = (version: string) => setQuery({ select: version });
  useEffect(() => zoom.fit(), [graph]);
  useEffect(() => zoom.centre(), [selected, zoom.place.value]);
  return (
    <div class="screen">
      <h1>Graph</h1>
      <div class="filters">
        <Search graph={graph} selected={selected} select={select} />
        <button type="button" aria-label="Smaller" onClick={() => zoom.step(-1)}>
          −
        </button>
        <button type="button" aria-label="Larger" onClick={() => zoom.step(1)}>
          +
        </button>
        <span class="legend quiet">
          <i class="legend-line declared" /> declared <i class="legend-line inferred" /> seen in the SQL
        </span>
      </div>
      {graph.complaints.map(({ message }) => (
        <p class="complaint" key={message}>
          <Shown text={message} />
        </p>
      ))}
      <div class="graph-layout">
        <div class="graph-frame" ref={zoom.frame} tabIndex={0} onWheel={(event) => zoom.byWheel(event)}>
          <GraphPicture graph={graph} zoom={zoom.factor} selected={selected} reach={reach} select={select} />
        </div>
        <Side target={target} graph={graph} selected={selected} reach={reach} />
      </div>
    </div>
  );
}

function chosen({ nodes }: GraphAnswer, text: string): string {
  return nodes.some(({ version }) => version === text) ? text : '';
}

function Search(props: { graph: GraphAnswer; selected: string; select: (version: string) => void }) {
  const { graph, selected, select } = props;
  return (
    <select aria-label="Migration" value={selected} onChange={({ currentTarget }) => select(currentTarget.value)}>
      <option value="">no migration selected</option>
      {graph.nodes.map(({ version }) => (
        <option key={version} value={version}>
          {version}
        </option>
      ))}
    </select>
  );
}

interface SideProps {
  readonly target: string;
  readonly graph: GraphAnswer;
  readonly selected: string;
  readonly reach: Reach | undefined;
}

function Side({ target, graph, selected, reach }: SideProps) {
  const node = graph.nodes.find(({ version }) => version === selected);
  if (!node || !reach)
    return (
      <Panel title="Dependencies" class="graph-side">
        <p class="quiet">
          {count(graph.nodes.length, 'migration')}, {count(graph.edges.length, 'dependency', 'dependencies')}. Select
          one to see what stands on it.
        </p>
      </Panel>
    );
  const out = graph.edges.filter(({ from, weak }) => from === selected && !weak);
  const back = graph.edges.filter(({ to, weak }) => to === selected && !weak);
  return (
    <Panel title="Dependencies" class="graph-side">
      <p>
        <Link to={pathOf(target, 'migrations', selected)}>
          <Shown text={selected} />
        </Link>{' '}
        {node.state !== null && <StateWord state={node.state} />}
      </p>
      <p class="quiet">
        <Shown text={node.description} />
      </p>
      <p>
        <strong>{count(reach.impact.size, 'migration')}</strong> {reach.impact.size === 1 ? 'stands' : 'stand'} on it,{' '}
        <strong>{reach.foundation.size}</strong> below it.
      </p>
      <EdgeList title="Needed by" edges={back} end="from" />
      <EdgeList title="Needs" edges={out} end="to" />
    </Panel>
  );
}

function EdgeList({ title, edges, end }: { title: string; edges: GraphAnswer['edges']; end: 'from' | 'to' }) {
  return (
    <>
      <h3>{title}</h3>
      {edges.length === 0 && <p class="quiet">none</p>}
      <ul class="neighbours">
        {edges.map((edge) => (
          <li key={edge[end]}>
            <button type="button" class="linklike" onClick={() => setQuery({ select: edge[end] })}>
              <Shown text={edge[end]} />
            </button>
            <span class="quiet">
              {edge.declared && ' declared'}
              {edge.inferred.slice(0, 3).map(({ text, later }) => (
                <span key={`${text} ${later.line}`}>
                  {' · '}
                  <Shown text={text} />
                </span>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
