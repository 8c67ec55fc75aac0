// Google Calendar: calendars and their events; repeated events come as the single ones they are.
import { z } from 'zod';
import { action, type JsonObject } from '../../action.ts';
import { path } from '../../address.ts';
import { given, keep, objectOf, objectsOf, pageOf, pagesByToken, pathPart } from '../shaping.ts';

const calendarId = pathPart.default('primary').describe('id of the calendar');
const eventId = pathPart.describe('id of the event');
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
const time = z
  .string()
  .regex(moment, 'is no time with an offset, such as 2026-11-23T09:00:00+01:00');
const day = /^\d{4}-\d\d-\d\d$/;
const timeOrDay = z
  .string()
  .regex(
    new RegExp(`${moment.source}|${day.source}`),
    'is no time with an offset, such as 2026-11-23T09:00:00+01:00, and no day',
  );
const people = ['displayName', 'organizer', 'attendees'];
const details = {
  description: z.string().max(8000).optional().describe('plain text'),
  location: z.string().max(1000).optional().describe('where'),
  attendees: z.array(z.string().min(3).max(320)).max(200).optional().describe('addresses'),
  notify: z.enum(['all', 'externalOnly', 'none']).default('none').describe('who gets mail of it'),
};
const texts = ['summary', 'description', 'location', 'attendees'] as const;
const start = timeOrDay.describe('begin, such as 2026-11-23T09:00:00+01:00, or a day');
const end = timeOrDay.describe('end with its offset, or the day after the last one');

const personOf = (value: unknown): unknown => {
  const person = objectOf(value);
  return person['displayName'] ?? person['email'] ?? null;
};
const said = (text: string | undefined): JsonObject | undefined =>
  text === undefined ? undefined : day.test(text) ? { date: text } : { dateTime: text };
const timeOf = (value: unknown): unknown => objectOf(value)['dateTime'] ?? objectOf(value)['date'];

function briefOf(event: JsonObject): JsonObject {
  return {
    ...keep(event, 'id', 'summary', 'status', 'location'),
    start: timeOf(event['start']) ?? null,
    end: timeOf(event['end']) ?? null,
    organizer: personOf(event['organizer']),
  };
}

function wholeOf(body: unknown): JsonObject {
  const event = objectOf(body);
  return {
    ...briefOf(event),
    ...keep(event, 'description', 'hangoutLink', 'htmlLink', 'recurrence'),
    attendees: objectsOf(event['attendees']).map((one) => ({
      name: personOf(one),
      ...keep(one, 'email', 'responseStatus'),
    })),
  };
}

interface Said {
  summary?: string | undefined;
  description?: string | undefined;
  location?: string | undefined;
  attendees?: string[] | undefined;
  start?: string | undefined;
  end?: string | undefined;
}

const eventOf = ({ attendees, start: from, end: to, ...rest }: Said): JsonObject =>
  given({
    summary: rest.summary,
    description: rest.description,
    location: rest.location,
    start: said(from),
    end: said(to),
    attendees: attendees?.map((email) => ({ email })),
  });

const pathOfEvent = (calendar: string, event: string): string =>
  path`/calendar/v3/calendars/${calendar}/events/${event}`;

export const calendarActions = [
  action({
    name: 'calendar_calendars_list',
    description: 'List the calendars that you see.',
    class: 'read',
    input: pagesByToken,
    request: ({ limit, next }) => ({
      method: 'GET',
      path: '/calendar/v3/users/me/calendarList',
      query: { maxResults: limit, pageToken: next },
    }),
    result: (body) =>
      pageOf(body, {
        list: 'items',
        as: 'calendars',
        item: (one) => keep(one, 'id', 'summary', 'timeZone', 'accessRole', 'primary'),
      }),
  }),
  action({
    name: 'calendar_events_list',
    description: 'List the events of a calendar between two times, in their order.',
    class: 'read',
    input: {
      calendar_id: calendarId,
      from: time.optional().describe('earliest end'),
      to: time.optional().describe('latest begin'),
      query: z.string().max(500).optional().describe('words in them'),
      ...pagesByToken,
    },
    nameFields: people,
    request: ({ calendar_id: id, from, to, query, limit, next }) => ({
      method: 'GET',
      path: path`/calendar/v3/calendars/${id}/events`,
      query: {
        timeMin: from,
        timeMax: to,
        q: query,
        maxResults: limit,
        pageToken: next,
        singleEvents: true,
        orderBy: 'startTime',
      },
    }),
    result: (body) => pageOf(body, { list: 'items', as: 'events', item: briefOf }),
  }),
  action({
    name: 'calendar_event_get',
    description: 'Read one event with its guests.',
    class: 'read',
    input: { calendar_id: calendarId, event_id: eventId },
    nameFields: [...people, 'name'],
    request: (params) => ({
      method: 'GET',
      path: pathOfEvent(params.calendar_id, params.event_id),
    }),
    result: wholeOf,
  }),
  action({
    name: 'calendar_event_create',
    description: 'Put an event into a calendar.',
    class: 'write',
    input: {
      calendar_id: calendarId,
      summary: z.string().min(1).max(1000).describe('title'),
      start,
      end,
      ...details,
    },
    restoreIn: texts,
    nameFields: [...people, 'name'],
    request: ({ calendar_id: id, notify, ...event }) => ({
      method: 'POST',
      path: path`/calendar/v3/calendars/${id}/events`,
      query: { sendUpdates: notify },
      json: eventOf(event),
    }),
    result: wholeOf,
  }),
  action({
    name: 'calendar_event_update',
    description: 'Change what is given of an event.',
    class: 'write',
    input: {
      calendar_id: calendarId,
      event_id: eventId,
      summary: z.string().min(1).max(1000).optional().describe('title'),
      start: start.optional(),
      end: end.optional(),
      ...details,
    },
    restoreIn: texts,
    nameFields: [...people, 'name'],
    request: ({ calendar_id: calendar, event_id: id, notify, ...event }) => ({
      method: 'PATCH',
      path: pathOfEvent(calendar, id),
      query: { sendUpdates: notify },
      json: eventOf(event),
    }),
    result: wholeOf,
  }),
  action({
    name: 'calendar_event_delete',
    description: 'Take an event out of a calendar.',
    class: 'high_risk',
    category: 'delete',
    input: { calendar_id: calendarId, event_id: eventId, notify: details.notify },
    request: ({ calendar_id: calendar, event_id: id, notify }) => ({
      method: 'DELETE',
      path: pathOfEvent(calendar, id),
      query: { sendUpdates: notify },
    }),
  }),
];
