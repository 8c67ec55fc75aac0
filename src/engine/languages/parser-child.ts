// The program of the parser's child process. Deep nesting in a source overflows the native stack
// and ends this process, not the server.
import { type ParserTask, runParserTask } from './parser-tasks.ts';
import { serveTasks } from './task-child.ts';

serveTasks((task) => runParserTask(task as ParserTask));
