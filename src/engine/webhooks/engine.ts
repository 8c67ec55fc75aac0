// Puts webhooks together: the verbs, and who sends.
import { createSender, type SenderDeps } from './sender.ts';
import { createWebhooks } from './webhooks.ts';

export function createWebhookEngine(deps: SenderDeps) {
  const { start, stop } = createSender(deps);
  return { webhooks: createWebhooks(deps), start, stop };
}
