// The template job-reader: one flow for a workspace, which keeps schedules for the job files of
// repositories and runs what they say. Its programs stand beside as people read them once deployed.
import { readFileSync } from 'node:fs';
import type { Template } from './index.ts';

const program = (name: string): string =>
  readFileSync(new URL(`./job-reader/${name}`, import.meta.url), 'utf8');

const text = (description: string) => ({ type: 'string', description });

const schema = {
  type: 'object',
  required: ['repository'],
  properties: {
    repository: text('address to clone, without credentials'),
    branch: text('empty: the default one'),
    folder: text('where schedules are kept, such as f/jobs; empty: the folder of this flow'),
    token_variable: text('path of a secret variable with a token for a private repository'),
    on_failure: text('what runs when a job fails: script/<path> or flow/<path>'),
    tag: text('of the workers that run the jobs'),
    file: text('a job file to run; empty: keep the schedules of all'),
  },
};

interface Code {
  language: string;
  content: string;
}

const step = (id: string, code: Code, inputs: Record<string, string>) => ({
  id,
  value: {
    type: 'rawscript',
    ...code,
    input_transforms: Object.fromEntries(
      Object.entries(inputs).map(([name, expr]) => [name, { type: 'javascript', expr }]),
    ),
  },
});

const run = (id: string, code: Code) => step(id, code, { read: 'results.read' });

export const jobReader: Template = {
  name: 'job-reader',
  summary: 'Runs the .windmill/job.yml files of git repositories at their times.',
  item: 'job_reader',
  flow: () => ({
    summary: 'Reads .windmill/job.yml files and runs them',
    description: 'Without `file` it keeps a schedule for each job file of the repository.',
    schema,
    value: {
      modules: [
        step(
          'read',
          { language: 'python3', content: program('read.py') },
          Object.fromEntries(
            Object.keys(schema.properties).map((name) => [name, `flow_input.${name} ?? ''`]),
          ),
        ),
        {
          id: 'run',
          value: {
            type: 'branchone',
            branches: [
              {
                summary: 'TypeScript',
                expr: "results.read.job?.language === 'typescript'",
                modules: [run('typescript', { language: 'bun', content: program('run.ts') })],
              },
              {
                summary: 'Python or bash',
                expr: 'results.read.job !== undefined',
                modules: [run('python', { language: 'python3', content: program('run.py') })],
              },
            ],
            default: [{ id: 'report', value: { type: 'identity' } }],
          },
        },
      ],
    },
  }),
  next: (path) => [
    'Who keeps this schedule is whom the jobs act for:',
    `millrace op schedules.create -d '${JSON.stringify({
      path: `${path}_sync`,
      schedule: '0 */5 * * * *',
      timezone: 'UTC',
      scriptPath: path,
      isFlow: true,
      args: { repository: 'https://git.example.com/team/jobs.git' },
    })}'`,
  ],
};
