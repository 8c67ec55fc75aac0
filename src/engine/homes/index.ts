export { createHomes, type Homes, lostFolder } from './homes.ts';
