// `/api/auth/*`: logging in and out. The token is raw text, as Windmill's clients read it.
import { post, type Row, text } from './table.ts';

export const authRows: readonly Row[] = [
  post({
    path: 'auth/login',
    operation: 'session.login',
    input: (request) => {
      const { email, password } = request.fields();
      return { email, password };
    },
    answer: text(({ token }: { token: string }) => token),
  }),
  post({
    path: 'auth/logout',
    operation: 'session.logout',
    input: () => ({}),
    answer: text(() => 'logged out'),
  }),
];
