// Logging in for one command, when there is no token yet: e-mail address and password, the
// latter never on the command line. The session ends with the command.
import { AppError } from '../../../base/index.ts';
import type { Client } from '../client.ts';
import type { Context, Given } from '../command.ts';

export const emailOption = {
  type: 'text',
  value: 'ADDRESS',
  says: 'log in as this person instead of with MILLRACE_TOKEN; asks for the password',
} as const;

/** Runs `work` with MILLRACE_TOKEN, or with a session of the person named by --email. */
export async function loggedIn<Result>(
  context: Context,
  given: Given,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const config = context.config();
  const client = context.client();
  const asked = given.text('email');
  if (config.token !== undefined && asked === undefined) return work(client);
  const { terminal } = context;
  const email = asked ?? config.email ?? (await terminal.ask(`E-mail address at ${client.url}: `));
  // MILLRACE_OWNER_PASSWORD is the password of MILLRACE_OWNER_EMAIL, where that is set.
  const known = config.email === undefined || config.email === email ? config.password : undefined;
  const password = known ?? (await terminal.askSecret(`Password of ${email}: `));
  const anonymous = client.withToken(undefined);
  const session = await anonymous.call<{ token: string }>('session.login', { email, password });
  const own = client.withToken(session.token);
  try {
    return await work(own);
  } finally {
    await own.call('session.logout').catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
    });
  }
}
