// Google Workspace: Gmail, Calendar, Drive and Docs, each API at its own address.
import type { ServiceDeclaration } from '../../action.ts';
import { calendarActions } from './calendar.ts';
import { docsActions } from './docs.ts';
import { driveActions } from './drive.ts';
import { googleOAuth } from '../google-oauth.ts';
import { gmailActions } from './gmail.ts';

export const googleWorkspace: ServiceDeclaration = {
  name: 'google_workspace',
  title: 'Google Workspace',
  description: 'mail, calendars, files and documents of Google Workspace',
  auth: { kind: 'key', header: 'authorization', prefix: 'Bearer ' },
  otherAuth: [googleOAuth('gmail.modify', 'calendar', 'drive', 'documents')],
  keyHint: 'It is an OAuth access token of Google for Gmail, Calendar, Drive and Docs.',
  baseUrl: 'https://www.googleapis.com',
  bases: { gmail: 'https://gmail.googleapis.com', docs: 'https://docs.googleapis.com' },
  actions: [...gmailActions, ...calendarActions, ...driveActions, ...docsActions],
};
