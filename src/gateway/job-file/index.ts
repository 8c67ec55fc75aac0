export { jobFileOperations } from './operations/index.ts';
