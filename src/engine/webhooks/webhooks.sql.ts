// Every SQL statement of webhooks. Events are written by triggers on the tables of the items.
import { statement } from '../../store/index.ts';

export const selectWebhook = statement(
  'webhook.get',
  `select address, failures, error
   from engine_webhook
   where workspace = $1`,
);

/** Another address begins anew; what waits goes there. */
export const upsertWebhook = statement(
  'webhook.set',
  `insert into engine_webhook (workspace, address)
   values ($1, $2)
   on conflict (workspace) do update
   set address = excluded.address,
       next_at = 0,
       failures = 0,
       error = null`,
);

/** What waits goes with it. */
export const deleteWebhook = statement(
  'webhook.delete',
  `delete from engine_webhook
   where workspace = $1`,
);

/**
 * Takes a workspace in which something waits until $2, unless somebody has it or it is not due by
 * $1. That time is the proof of having it: who dies, or is late, has it no more. There is one
 * webhook a workspace at most; their events are found by engine_webhook_event_next.
 */
export const takeWebhook = statement(
  'webhook.take',
  `update engine_webhook
   set next_at = $2
   where workspace = (
     select hook.workspace
     from engine_webhook as hook
     where hook.next_at <= $1
       and exists (
         select
         from engine_webhook_event as event
         where event.workspace = hook.workspace
       )
     order by hook.next_at
     limit 1
     for no key update skip locked)
   returning workspace, address, failures, next_at as until`,
);

/** Goes on until $3 with one that is taken until $2. 0 rows: it is no more. */
export const keepWebhook = statement(
  'webhook.keep',
  `update engine_webhook
   set next_at = $3
   where workspace = $1
     and next_at = $2`,
);

export const selectEvent = statement(
  'webhook.event',
  `select number, message
   from engine_webhook_event
   where workspace = $1
   order by number
   limit 1`,
);

export const deleteEvent = statement(
  'webhook.delete_event',
  `delete from engine_webhook_event
   where number = $1`,
);

export const deleteEvents = statement(
  'webhook.delete_events',
  `delete from engine_webhook_event
   where workspace = $1`,
);

/** What became of the last try of one that is taken until $2; free for the next at $3. */
export const freeWebhook = statement(
  'webhook.free',
  `update engine_webhook
   set next_at = $3,
       failures = $4,
       error = $5
   where workspace = $1
     and next_at = $2`,
);

/** When a webhook is next due at which something waits, after a failure or a death. */
export const selectNextDue = statement(
  'webhook.next_due',
  `select min(hook.next_at) as "dueAt"
   from engine_webhook as hook
   where exists (
     select
     from engine_webhook_event as event
     where event.workspace = hook.workspace
   )`,
);
