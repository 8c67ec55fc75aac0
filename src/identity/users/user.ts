// What a person is to others: the shapes that operations show. Never the password's hash.
import { z } from 'zod';
import { email } from '../names.ts';

/** Windmill's GlobalUser: a person of the instance, as they see themselves. */
export const globalUser = z.object({
  email,
  loginType: z.literal('password'),
  superAdmin: z.boolean(),
  devops: z.boolean(),
  verified: z.boolean(),
  name: z.string().nullable(),
  company: z.null(),
  username: z.string().nullable().describe('in the workspace of the call'),
  disabled: z.boolean(),
});

export type GlobalUser = z.infer<typeof globalUser>;

/** Windmill's User: a person in one workspace. */
export const workspaceUser = z.object({
  email,
  username: z.string(),
  isAdmin: z.boolean(),
  name: z.string().nullable(),
  isSuperAdmin: z.boolean(),
  createdAt: z.number().describe('epoch milliseconds'),
  operator: z.boolean(),
  disabled: z.boolean(),
  groups: z.array(z.string()),
  folders: z.array(z.string()).describe('that the person may write in'),
  foldersRead: z.array(z.string()),
  foldersOwners: z.array(z.string()),
});

export type WorkspaceUser = z.infer<typeof workspaceUser>;

export interface UserRow {
  id: string;
  email: string;
  name: string | null;
  superAdmin: boolean;
  devops: boolean;
  disabled: boolean;
  passwordHash: string | null;
  createdAt: number;
}
