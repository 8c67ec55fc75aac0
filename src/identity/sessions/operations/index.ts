// The list of session operations: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Sessions } from '../sessions.ts';
import { login } from './login.ts';
import { logout } from './logout.ts';

export const sessionOperations = (sessions: Sessions): AnyOperation[] => [
  login(sessions),
  logout(sessions),
];
