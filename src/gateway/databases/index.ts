export { labelOf } from './connection-text.ts';
export { createDatabases, type Databases } from './databases.ts';
