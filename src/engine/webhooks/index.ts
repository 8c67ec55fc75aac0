export { createWebhookEngine } from './engine.ts';
export { webhookOperations } from './operations/index.ts';
