// The list of user operations: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Users } from '../users.ts';
import { createUser } from './create.ts';
import { deleteUser } from './delete.ts';
import { userExists } from './exists.ts';
import { listAllUsers } from './list-all.ts';
import { getUser } from './get.ts';
import { listUsers } from './list.ts';
import { me } from './me.ts';
import { ownsPath } from './owns-path.ts';
import { setPassword } from './set-password.ts';
import { updateUser } from './update.ts';
import { usernameToEmail } from './username-to-email.ts';
import { whoami } from './whoami.ts';

export const userOperations = (users: Users): AnyOperation[] => [
  me(users),
  whoami(users),
  getUser(users),
  listUsers(users),
  listAllUsers(users),
  usernameToEmail(users),
  userExists(users),
  ownsPath(users),
  createUser(users),
  updateUser(users),
  deleteUser(users),
  setPassword(users),
];
