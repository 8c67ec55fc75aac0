export { userOperations } from './operations/index.ts';
export { type AccountNames, createNames } from './names.ts';
export type { UserRow } from './user.ts';
export { anybody, createUsers, findUserByEmail, insertUser } from './users.ts';
