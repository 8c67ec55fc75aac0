// Takes a principal out of everything that identity itself grants, so that a later person or group
// of the same name inherits nothing.
import { statement } from '../store/index.ts';

/** $1: workspace, $2: `u/<name>` or `g/<name>`. A workspace has few folders. */
export const dropFromFolders = statement(
  'folder.drop_principal',
  `update identity_folder
   set owners = array_remove(owners, $2),
     extra_perms = extra_perms - $2
   where workspace = $1
     and ($2 = any (owners) or extra_perms ? $2)`,
);

export const dropFromGroups = statement(
  'group.drop_principal',
  `update identity_group
   set extra_perms = extra_perms - $2
   where workspace = $1
     and extra_perms ? $2`,
);
