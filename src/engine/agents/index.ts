export { retold } from './attachments.ts';
export {
  type CallTarget,
  type FoundCall,
  type FunctionTool,
  type Message,
  toldResult,
  type Turn,
} from './conversation.ts';
export { readInputs } from './inputs.ts';
export { createMemories, type Memories } from './memories.ts';
export { agentOperations } from './operations/index.ts';
export {
  type AgentSoFar,
  callServer,
  type ServerTool,
  type StepDeps,
  type StepHow,
  takeTurn,
} from './steps.ts';
