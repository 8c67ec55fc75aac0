// Metabase: questions, dashboards and databases of a company's own Metabase.
import type { ServiceDeclaration } from '../../action.ts';
import { metabaseDatabases } from './databases.ts';
import { metabaseItems } from './items.ts';
import { metabaseQuestions } from './questions.ts';

export const metabase: ServiceDeclaration = {
  name: 'metabase',
  title: 'Metabase',
  description: 'questions, dashboards and databases of Metabase',
  auth: { kind: 'key', header: 'x-api-key', prefix: '' },
  keyHint: 'An admin of Metabase makes an API key (Admin settings, Authentication, API keys).',
  baseUrl: undefined,
  actions: [...metabaseQuestions, ...metabaseItems, ...metabaseDatabases],
};
