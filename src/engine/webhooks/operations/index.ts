// The list of operations of webhooks: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Webhooks } from '../webhooks.ts';
import { getWebhook } from './get.ts';
import { setWebhook } from './set.ts';

export const webhookOperations = (webhooks: Webhooks): AnyOperation[] => [
  getWebhook(webhooks),
  setWebhook(webhooks),
];
