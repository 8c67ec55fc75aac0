// Templates: flows that the command line deploys into a workspace, ready to use.
import { jobReader } from './job-reader.ts';

export interface Template {
  name: string;
  summary: string;
  /** The name of its flow in a folder. */
  item: string;
  /** All of the flow but its path, as `flows.create` takes it. */
  flow(): Record<string, unknown>;
  /** What to do once it is there, for people. */
  next(path: string): readonly string[];
}

export const templates: readonly Template[] = [jobReader];
