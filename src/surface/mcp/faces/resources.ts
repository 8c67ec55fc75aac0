// Endpoint tools of resources and their types.
import {
  type ResourceOutput,
  resourceShape,
  type ResourceTypeOutput,
  resourceTypeShape,
} from '../../shapes/index.ts';
import type { Argument, Endpoint } from './endpoint.ts';
import * as field from './fields.ts';

const path = (place: 'path' | 'body'): Argument =>
  field.required(field.text(place, 'Path of the resource, such as f/team/db.'));

const value: Argument = {
  in: 'body',
  schema: {
    type: 'object',
    description:
      'The value, whole, as its type says. For a secret give a reference, $var:<path>, and never ' +
      'the secret itself.',
  },
};

const settings = {
  resource_type: field.text('body', 'Name of the type; listResourceType has them.'),
  description: field.text('body', 'What it is, in a line: shown where a script asks for one.'),
  labels: field.texts('body', 'Labels.'),
};

const written = (verb: string) => (output: { path: string }) =>
  `${verb} the resource ${output.path}.`;

export const resourceEndpoints: readonly Endpoint[] = [
  {
    name: 'listResource',
    title: 'List resources',
    description:
      'Finds resources (databases, accounts, services) that you may use, without their values. ' +
      'Give one to a script as $res:<path>.',
    method: 'GET',
    route: '/w/{workspace}/resources/list',
    effect: 'reads',
    operation: 'resources.list',
    arguments: {
      ...field.paging,
      resource_type: field.commaList('query', 'Only these types.'),
      resource_type_exclude: field.commaList('query', 'None of these types.'),
      path_start: field.text('query', 'Only paths that begin with this, such as f/team/.'),
      path: field.text('query', 'Only this path.'),
      description: field.text('query', 'Only those whose description holds this.'),
      label: field.text('query', 'Only those with this label.'),
      ...field.listing,
    },
    shape: (resources: ResourceOutput[]) => resources.map(resourceShape),
  },
  {
    name: 'getResource',
    title: 'Read a resource',
    description: 'Reads a resource; references to secrets stay references.',
    method: 'GET',
    route: '/w/{workspace}/resources/get/{path}',
    effect: 'reads',
    operation: 'resources.get',
    arguments: { path: path('path'), ...field.reading },
    shape: resourceShape,
  },
  {
    name: 'createResource',
    title: 'Create a resource',
    description: 'Creates a resource. Read the schema of its type first, with listResourceType.',
    method: 'POST',
    route: '/w/{workspace}/resources/create',
    effect: 'adds',
    operation: 'resources.create',
    arguments: {
      path: path('body'),
      value: field.required(value),
      ...settings,
      resource_type: field.required(settings.resource_type),
      update_if_exists: field.flag('query', 'Replace one that is there.'),
    },
    shape: written('Created'),
  },
  {
    name: 'updateResource',
    title: 'Update a resource',
    description: 'Changes a resource; what you leave out stays as it was.',
    method: 'POST',
    route: '/w/{workspace}/resources/update/{path}',
    effect: 'overwrites',
    operation: 'resources.update',
    arguments: {
      path: path('path'),
      path__body: { ...field.text('body', 'The new path; only to move it.'), to: 'newPath' },
      value,
      ...settings,
    },
    shape: written('Updated'),
  },
  {
    name: 'deleteResource',
    title: 'Delete a resource',
    description: 'Moves a resource to the trash. Only when the user asked for exactly that.',
    method: 'DELETE',
    route: '/w/{workspace}/resources/delete/{path}',
    effect: 'removes',
    operation: 'resources.delete',
    arguments: { path: path('path') },
    shape: written('Deleted'),
  },
  {
    name: 'listResourceType',
    title: 'List resource types',
    description: 'Lists the resource types with the JSON Schemas of their values. Long.',
    method: 'GET',
    route: '/w/{workspace}/resources/type/list',
    effect: 'reads',
    operation: 'resourceTypes.list',
    arguments: {},
    shape: (types: ResourceTypeOutput[]) => types.map(resourceTypeShape),
  },
];
