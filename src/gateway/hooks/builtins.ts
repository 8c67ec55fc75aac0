// The hooks that Millrace brings along, written as people write theirs. Each is for one service and
// does nothing where that is not used; an admin may switch it.
import { readHook } from './file.ts';
import { type LoadedHook, loadHook } from './loaded.ts';
import { purposeOf } from './definition.ts';

/** Where the raw calls of an API may go; the reading tool reads. */
function endpointGuard(said: {
  name: string;
  service: string;
  order: number;
  api: string;
  reads: string;
}): string {
  const { name, service, order, api, reads } = said;
  return `
name: ${name}
description: Raw calls of ${service} stay within its API, and reading ones change nothing.
phase: before
match: { tool_name: ${service}_*_actions, action: api_* }
order: ${order}
do:
  - validate:
      that:
        any:
          - { field: params.path, matches: '${api}' }
          - { field: params.endpoint, matches: '${api}' }
      message: This address is not part of what ${service} offers here.
  - block: { message: The tool for reading does not change anything at this address. }
    when:
      all:
        - { field: tool, equals: ${service}_read_actions }
        - { field: action, not_equals: api_get }
        - { field: params.path, not_matches: '${reads}' }
        - { field: params.endpoint, not_matches: '${reads}' }
`;
}

function sizeCap(name: string, service: string, order: number): string {
  return `
name: ${name}
description: Lists from ${service} are cut to 100 entries.
phase: after
match: { service: ${service} }
order: ${order}
do:
  - transform: { field: result, cap_items: 100 }
`;
}

function newlines(name: string, service: string, fields: readonly string[]): string {
  const steps = fields.map(
    (field) => `  - transform: { field: params.${field}, unescape_newlines: true }\n`,
  );
  return `
name: ${name}
description: Line breaks that a model wrote as two characters become line breaks.
phase: before
match: { tool_name: ${service}_write_actions }
order: 15
do:
${steps.join('')}`;
}

function confirmation(said: {
  name: string;
  service: string;
  order: number;
  actions: string;
  message: string;
}): string {
  return `
name: ${said.name}
description: Asks the person first. Flows act within what their owner granted, and are not asked.
phase: before
match: { tool_name: ${said.service}_write_actions, action: ${said.actions} }
when: { field: delegated, equals: false }
order: ${said.order}
do:
  - confirm: { message: '${said.message}' }
`;
}

const sources: readonly string[] = [
  confirmation({
    name: 'google_destructive_confirmation',
    service: 'google_workspace',
    order: 10,
    actions: "['*delete*', '*trash*', '*remove*', '*empty*', '*clear*', '*revoke*']",
    message: '{{action}} takes something away in Google Workspace.',
  }),
  confirmation({
    name: 'notion_destructive_confirmation',
    service: 'notion',
    order: 15,
    actions: "['*delete*', '*archive*', '*trash*', '*remove*']",
    message: '{{action}} takes something away in Notion.',
  }),
  confirmation({
    name: 'slack_write_confirmation',
    service: 'slack',
    order: 16,
    actions: "'*'",
    message: '{{action}} is seen by others in Slack.',
  }),
  newlines('slack_normalize_text', 'slack', ['text']),
  newlines('gitlab_normalize_markdown', 'gitlab', ['description', 'body', 'note']),
  endpointGuard({
    name: 'notion_api_endpoint_guard',
    service: 'notion',
    order: 16,
    api: '^/?v1/(pages|databases|data_sources|blocks|search|users|comments)(/[A-Za-z0-9_-]+)*$',
    reads: '^/?v1/(search|databases/[A-Za-z0-9-]+/query|data_sources/[A-Za-z0-9-]+/query)$',
  }),
  endpointGuard({
    name: 'metabase_api_endpoint_guard',
    service: 'metabase',
    order: 17,
    api: '^/?api/(card|collection|dashboard|database|dataset|field|search|table)(/[\\w-]+)*$',
    reads: '^/?api/(dataset|card/[0-9]+/query(/json)?)$',
  }),
  `
name: jira_description_enrichment
description: Says when an issue is created without a description.
phase: before
match: { tool_name: jira_write_actions, action: create_issue }
order: 19
do:
  - instruct: { text: The issue has no description. Offer the person to add one. }
    when: { field: params.description, exists: false }
`,
  `
name: jira_transition_prerequisites_guard
description: An issue moves along a transition that its workflow has.
phase: before
match: { tool_name: jira_write_actions, action: transition_issue }
order: 20
do:
  - validate:
      that:
        any:
          - { field: params.transition_id, exists: true }
          - { field: params.transition, exists: true }
      message: Say along which transition; get_transitions lists those of the issue.
`,
  `
name: jira_transitions_prerequisites
description: Reminds of what a transition asks for.
phase: after
match: { tool_name: jira_read_actions, action: get_transitions }
order: 50
do:
  - instruct:
      text: Give the fields that a transition requires in the same call of transition_issue.
`,
  `
name: gitlab_mr_jira_reference
description: Warns about a merge request that names no Jira issue.
phase: before
match: { tool_name: gitlab_write_actions, action: create_merge_request }
order: 50
mode: permissive
do:
  - validate:
      that:
        any:
          - { field: params.title, matches: '[A-Z][A-Z0-9_]+-[0-9]+' }
          - { field: params.description, matches: '[A-Z][A-Z0-9_]+-[0-9]+' }
          - { field: params.source_branch, matches: '[A-Z][A-Z0-9_]+-[0-9]+' }
      message: neither title, description nor branch names a Jira issue, such as PAY-12.
`,
  `
name: gitlab_mr_jira_reminder
description: Reminds to link the merge request in its Jira issue.
phase: after
match: { tool_name: gitlab_write_actions, action: create_merge_request }
when: { field: params.title, matches: '[A-Z][A-Z0-9_]+-[0-9]+' }
order: 50
do:
  - instruct:
      text: Offer to comment the address of the merge request on the Jira issue in its title.
`,
  sizeCap('metabase_response_size_cap', 'metabase', 20),
  sizeCap('notion_response_size_cap', 'notion', 21),
];

export interface BuiltIn extends LoadedHook {
  source: string;
}

let loaded: readonly BuiltIn[] | undefined;

/** All of them, read when first needed. */
export function builtIns(): readonly BuiltIn[] {
  loaded ??= sources.map((source) => {
    const definition = readHook(source);
    const purpose = purposeOf(definition);
    const more = { scope: 'builtin', purpose, secret: null, updatedBy: 'millrace' } as const;
    return { ...loadHook({ definition, ...more }), source: source.trimStart() };
  });
  return loaded;
}
