export { sharingOperations } from './operations/index.ts';
export { createSharing } from './sharing.ts';
