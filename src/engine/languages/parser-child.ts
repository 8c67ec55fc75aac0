// The program of the parser's child process. Deep nesting in a source overflows the native stack
// and ends this process, not the server.
import { runParserTask } from './parser-tasks.ts';
import { serveTasks } from './task-child.ts';

serveTasks(runParserTask);
