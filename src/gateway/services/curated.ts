// The services that come with the product; a workspace sets up those that it uses.
import type { ServiceDeclaration } from '../action.ts';
import { bigquery } from './bigquery/index.ts';
import { github } from './github/index.ts';
import { gitlab } from './gitlab/index.ts';
import { googleWorkspace } from './google-workspace/index.ts';
import { jira } from './jira/index.ts';
import { metabase } from './metabase/index.ts';
import { notion } from './notion/index.ts';
import { postgres } from './postgres/index.ts';
import { slack } from './slack/index.ts';
import { windmill } from './windmill/index.ts';

export const curated: readonly ServiceDeclaration[] = [
  bigquery,
  github,
  gitlab,
  googleWorkspace,
  jira,
  metabase,
  notion,
  postgres,
  slack,
  windmill,
];
