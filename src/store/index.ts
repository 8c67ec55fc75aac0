export { backup, type BackupOptions, type BackupReport, restore } from './backup/index.ts';
export { type Database, type Queries, type Statement, statement } from './database.ts';
export { type Cluster, prepareClusters, startCluster } from './embedded/index.ts';
export { type Migration, readMigrations } from './migrate.ts';
export { openStore, type Store, type StoreOptions, type StoreRole, urlOfSocket } from './open.ts';
export { createPulse } from './pulse.ts';
export { createRevisions, type Revisions } from './revisions.ts';
export { tryDatabase } from './trial.ts';
