/** Where the page begins: the styles, then the one component that holds all others. */
import './tokens.css';
import './page.css';

import { mount } from 'svelte';

import App from './App.svelte';

mount(App, { target: document.body });
