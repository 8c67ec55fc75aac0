export { type Cluster, startCluster } from './embedded/cluster.ts';
export { type Migration, readMigrations } from './migrate.ts';
export { type Database, type Queries, type Statement, statement } from './database.ts';
export { openStore, type Store, type StoreOptions, type StoreRole, urlOfSocket } from './open.ts';
