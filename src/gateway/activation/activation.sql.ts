// Every SQL statement of activated actions.
import { statement } from '../../store/index.ts';

export const selectActivations = statement(
  'gateway_activation.list',
  `select service, action
   from gateway_activation
   where workspace = $1
     and user_id = $2`,
);

export const insertActivation = statement(
  'gateway_activation.add',
  `insert into gateway_activation (workspace, user_id, service, action, activated_at)
   values ($1, $2, $3, $4, $5)
   on conflict do nothing`,
);

export const deleteActivation = statement(
  'gateway_activation.remove',
  `delete from gateway_activation
   where workspace = $1
     and user_id = $2
     and service = $3
     and action = $4`,
);
