import './app.css';
import './schema.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { begin } from './data/session.ts';
import './data/theme.ts';

void begin();
render(<App />, document.getElementById('app')!);
