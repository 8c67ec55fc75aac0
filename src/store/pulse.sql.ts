// The shortest question.
import { statement } from './database.ts';

export const ping = statement('store.ping', 'select 1 as one');
