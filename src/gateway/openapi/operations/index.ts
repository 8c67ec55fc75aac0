// The operations of services that come as OpenAPI documents, for admins alone.
import type { AnyOperation } from '../../../operation/index.ts';
import type { OpenApi } from '../openapi.ts';
import { importOpenApi } from './import.ts';
import { previewOpenApi } from './preview.ts';
import { refreshOpenApi } from './refresh.ts';
import { removeOpenApi } from './remove.ts';

export const openApiOperations = (openApi: OpenApi): AnyOperation[] => [
  previewOpenApi(openApi),
  importOpenApi(openApi),
  refreshOpenApi(openApi),
  removeOpenApi(openApi),
];
