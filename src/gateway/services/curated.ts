// The services that come with the product; a workspace sets up those that it uses.
import type { ServiceDeclaration } from '../action.ts';
import { github } from './github/index.ts';
import { gitlab } from './gitlab/index.ts';
import { jira } from './jira/index.ts';
import { notion } from './notion/index.ts';
import { slack } from './slack/index.ts';

export const curated: readonly ServiceDeclaration[] = [github, gitlab, jira, notion, slack];
