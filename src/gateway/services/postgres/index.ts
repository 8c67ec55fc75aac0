// PostgreSQL: what a database holds, queries that cannot write, rows by values. Every person says
// where theirs is; an admin may store one for everybody.
import type { ServiceDeclaration } from '../../action.ts';
import { postgresReads } from './read.ts';
import { postgresWrites } from './write.ts';

export const postgres: ServiceDeclaration = {
  name: 'postgres',
  title: 'PostgreSQL',
  description: 'tables of a PostgreSQL database',
  auth: { kind: 'connection' },
  keyHint:
    'It is postgresql://db.example.com:5432/database, with user:password@ before the host, and ' +
    '?sslmode=require at the end where the certificate cannot be checked; or $res:<path> of a ' +
    'resource of the type postgresql.',
  // Nobody's address: a scheme alone, so that the service needs none to be set up.
  baseUrl: 'postgresql:',
  actions: [...postgresReads, ...postgresWrites],
};
