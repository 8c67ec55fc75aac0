export { workspaceArchive } from './archive.ts';
