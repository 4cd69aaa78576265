/** Where the page begins: the styles, the token that came with the address, then the one component that holds all others. */
import './tokens.css';
import './page.css';

import { mount } from 'svelte';

import App from './App.svelte';
import { exchangeToken } from './lib/token.ts';

void exchangeToken().then(() => mount(App, { target: document.body }));
