import { render } from 'preact';
import { Desk } from './desk.tsx';
import { followLinks } from './navigate.ts';
import { applyTheme } from './parts/theme.tsx';
import { showAll } from './show-all.ts';

showAll();
applyTheme();
followLinks();
render(<Desk />, document.getElementById('desk')!);
