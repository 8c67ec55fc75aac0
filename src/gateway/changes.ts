// Tells every process when the gateway of a workspace changed: what is cached of it is read anew.
import type { Revisions } from '../store/index.ts';

export type Changes = Revisions;
