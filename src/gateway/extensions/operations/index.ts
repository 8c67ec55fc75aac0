// The operations of services that come as files, for admins alone.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Extensions } from '../extensions.ts';
import { getExtension } from './get.ts';
import { listExtensions } from './list.ts';
import { removeExtension } from './remove.ts';
import { setExtension } from './set.ts';
import { validateExtension } from './validate.ts';

export const extensionOperations = (extensions: Extensions): AnyOperation[] => [
  listExtensions(extensions),
  getExtension(extensions),
  validateExtension(extensions),
  setExtension(extensions),
  removeExtension(extensions),
];
