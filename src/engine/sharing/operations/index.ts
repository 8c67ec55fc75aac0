// The list of sharing operations: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Sharing } from '../sharing.ts';
import { shareApp } from './share-app.ts';
import { shareFlow } from './share-flow.ts';
import { shareHttpTrigger } from './share-http-trigger.ts';
import { shareResource } from './share-resource.ts';
import { shareSchedule } from './share-schedule.ts';
import { shareScript } from './share-script.ts';
import { shareVariable } from './share-variable.ts';

export const sharingOperations = (sharing: Sharing): AnyOperation[] => [
  shareApp(sharing),
  shareFlow(sharing),
  shareHttpTrigger(sharing),
  shareResource(sharing),
  shareSchedule(sharing),
  shareScript(sharing),
  shareVariable(sharing),
];
