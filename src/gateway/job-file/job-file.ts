// What `.windmill/job.yml` holds: a job that a repository brings along, with the services that it
// reaches as its owner. The shape after reading; `read.ts` says what is wrong and where.
import type { DeclaredServices } from '../../engine/index.ts';

export const jobLanguages = ['python', 'typescript', 'bash'] as const;
export const runAsModes = ['owner', 'trigger', 'service-account'] as const;
export const jobEvents = ['webhook', 'push', 'mcp'] as const;
export const concurrencyPolicies = ['queue', 'skip', 'cancel'] as const;

export interface JobSchedule {
  /** Six fields, seconds first, as schedules take it. */
  cron: string;
  /** IANA name. */
  timezone: string;
}

export interface JobFile {
  version: number;
  name: string;
  description: string;
  enabled: boolean;
  schedules: JobSchedule[];
  on: (typeof jobEvents)[number][];
  /** Null: it uses an account of its own. */
  services: DeclaredServices | null;
  gatewayInstance: string | null;
  runAs: (typeof runAsModes)[number];
  language: (typeof jobLanguages)[number];
  /** Its code, or a path in the repository where it stands. */
  script: string | null;
  entrypoint: string | null;
  args: Record<string, unknown>;
  env: Record<string, string>;
  timeoutS: number | null;
  retries: { count: number; backoffS: number } | null;
  concurrency: {
    key: string;
    limit: number;
    policy: (typeof concurrencyPolicies)[number];
  } | null;
  onFailure: string | null;
  tags: string[];
  requirements: string[];
}

/** What is wrong, and where; both count from 1. */
export interface FilePlace {
  line: number;
  column: number;
  message: string;
}

export interface ReadJobFile {
  /** Null when there are problems. */
  job: JobFile | null;
  problems: FilePlace[];
  /** What was passed over in lax mode. */
  warnings: FilePlace[];
}
