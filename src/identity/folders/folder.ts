// What a folder is: the shape that operations show. Its name is the top of the paths below it.
import { z } from 'zod';
import { extraPerms, folderName, oneLine, owners, summary } from '../names.ts';

export const displayName = oneLine(200).describe('name to show');

/** Windmill's rules of whom new items run as; kept as given and not yet acted on. */
export const defaultPermissionedAs = z
  .array(z.looseObject({}))
  .max(100)
  .describe('rules { path_glob, permissioned_as }, kept as given');

export const folder = z.object({
  name: folderName,
  displayName,
  summary,
  owners,
  extraPerms,
  defaultPermissionedAs: defaultPermissionedAs.nullable(),
  createdBy: z.string().describe('who made it'),
  editedAt: z.number().describe('epoch milliseconds'),
});

export type Folder = z.infer<typeof folder>;
