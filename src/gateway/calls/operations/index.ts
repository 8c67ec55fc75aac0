// services.read and services.write: every call of every service. Two operations, because what a
// token or a role allows differs by whether something is changed.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Calls } from '../calls.ts';
import { readService } from './read.ts';
import { writeService } from './write.ts';

export const callOperations = (calls: Calls): AnyOperation[] => [
  readService(calls),
  writeService(calls),
];
