export { compileQuery, type CompiledQuery } from './compile.ts';
export { readComments } from './comments.ts';
export { type GraphqlVariable, readGraphqlVariables } from './graphql.ts';
export { isQueryLanguage, type QueryLanguage } from './query.ts';
export { type QueryArgument, readArguments } from './arguments.ts';
export {
  connectPostgres,
  type PostgresSettings,
  postgresSettings,
  postgresTypes,
} from './postgresql.ts';
