export { type Cluster, prepareClusters, runningSocketFolder, startCluster } from './cluster.ts';
export { clusterDatabase, clusterUser } from './initdb.ts';
export { lockFolder, makeFolder } from './folders.ts';
