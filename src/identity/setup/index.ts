export { createSetup, type FirstOwner, type Setup } from './setup.ts';
