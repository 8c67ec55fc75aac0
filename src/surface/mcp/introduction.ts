// How this server introduces itself: name, capabilities and the instructions that clients put
// before a model. Only what works is advertised.
import type { Log } from '../../base/index.ts';
import type { Caller } from '../../operation/index.ts';
import { type Icon, iconsOf } from './icons.ts';
import type { Era, JsonObject } from './protocol.ts';

export interface ServerInfo {
  name: string;
  title: string;
  version: string;
  websiteUrl: string;
  icons?: Icon[];
}

export function serverInfoOf(origin: string, version: string): ServerInfo {
  return { name: 'millrace', title: 'Millrace', version, websiteUrl: origin };
}

/** With the picture, which belongs into a greeting and not into every answer. */
export function introduced(info: ServerInfo): ServerInfo {
  return { ...info, ...iconsOf('server') };
}

/** Where the capabilities are told. */
export interface Reached {
  era: Era;
  /** Whether the client can hear of changes, on a stream of its own. */
  streams: boolean;
}

export type CapabilitiesOf = (reached: Reached) => JsonObject;

export const capabilitiesOf: CapabilitiesOf = ({ era, streams }) => {
  const list = streams ? { listChanged: true } : {};
  // In the stateless era a stream names the resources; sessions keep no lists of them.
  const resources = streams && era === 'modern' ? { ...list, subscribe: true } : list;
  return { tools: list, resources, prompts: list, completions: {} };
};

const ofOne = [
  'Millrace runs the scripts of one workspace for you, with the rights of the person whose token',
  'you use.',
  '',
  'Tools named s-… are deployed scripts: s-f_team_report runs f/team/report, with the script’s own',
  'arguments (S-… is the short form of a long path; the description names the path). Prefer them.',
  'The other tools find, read, deploy and run scripts and flows and follow jobs (listJobs, getJob,',
];

const ofMany = [
  'Millrace runs the scripts of several workspaces for you, with the rights of the person whose',
  'token you use. list_workspaces names them; the other tools take the id as workspace_id.',
  '',
  'Scripts and flows have no tools of their own here: find them with listScripts and listFlows,',
  'and run them with runScriptByPath and runFlowByPath. Each workspace has its own.',
  'The tools find, read, deploy and run scripts and flows and follow jobs (listJobs, getJob,',
];

const rest = [
  'getJobLogs, waitJob, cancelJob, rerunJob). Is searchTools listed, then most tools are not: find',
  'them with it, by words, and call them with callTool. You see only what this token may do: if a',
  'tool is missing, say so instead of working around it. queryDocumentation knows how things work.',
  '',
  'Every run is a job with an id and a page that people can open; results link to it. A script',
  'tool waits for its result. When a run takes longer than the wait, the answer names the job id:',
  'call waitJob with it, and do not start the run again. runScriptByPath and rerunJob answer the',
  'job id at once.',
  '',
  'A script that throws gives a result marked as an error, with the error, its stack and the job',
  'id; getJobLogs shows what it printed. Other errors begin with a code (invalid_input, not_found,',
  'forbidden, insufficient_scope, conflict …) and a hint that says what to do next. Arguments are',
  'checked before anything runs and never converted: send 3, not "3".',
  '',
  'Scripts get databases, accounts and secrets by reference: give $res:<path> (listResource) or',
  '$var:<path> (listVariable) as an argument. Values of secrets are never shown to you.',
  '',
  'To write a script: try the code with runScriptPreviewAndWaitResult, then deploy it with',
  'createScript; change it with updateScript. Several steps make a flow (f-… tools, listFlows,',
  'runFlowPreviewAndWaitResult, createFlow). It is a tool as soon as it is deployed, but you may',
  'have to ask your client to list the tools again. Long results are cut and say how to go on.',
  'Flows use Jira … by gateway-services: readDocsPage how-to/delegation.',
];

const texts = { one: [...ofOne, ...rest].join('\n'), many: [...ofMany, ...rest].join('\n') };

/** What a session is told beside, by those who look after the workspace. */
export type SessionHints = (caller: Caller, workspace: string) => Promise<readonly string[]>;

/** What clients put before a model, for one caller at one address. */
export type InstructionsOf = (reached: {
  caller: Caller;
  workspace: string | null;
}) => Promise<string>;

/**
 * Hints come first, because clients cut at 2,048 characters. A greeting goes on without them.
 */
export function createInstructions(log: Log, hintsOf?: SessionHints): InstructionsOf {
  return async ({ caller, workspace }) => {
    if (workspace === null) return texts.many;
    try {
      const hints = (await hintsOf?.(caller, workspace)) ?? [];
      return [...hints, texts.one].join('\n\n');
    } catch (error) {
      log.warn('a session begins without its hints', { workspace, error });
      return texts.one;
    }
  };
}
