export {
  type Cluster,
  clusterDatabase,
  clusterUser,
  runningSocketFolder,
  startCluster,
} from './cluster.ts';
export { lockFolder, makeFolder } from './folders.ts';
