import { ServiceBusError } from '../../broker/errors.ts';
import type { Session, Sessions } from '../../broker/sessions.ts';
import { types } from '../rhea.ts';
import { integer, invalid, type Operation, type Request, string } from './operation.ts';

/** The largest time .NET knows: "sessions with messages", whenever their state changed. */
const END_OF_TIME = Date.UTC(9999, 11, 31);

function sessionsOf({ broker, path }: Request): Sessions {
  const { sessions } = broker.source(path);
  if (!sessions) throw new ServiceBusError('amqp:not-allowed', `The entity '${path}' does not require sessions.`);
  return sessions;
}

/** The session a request names, which the asking link must hold. */
function held(request: Request): { sessions: Sessions; session: Session } {
  const sessions = sessionsOf(request);
  return { sessions, session: sessions.held(string(request.body, 'session-id'), request.linkName) };
}

const renewSessionLock: Operation = (request) => {
  const { sessions, session } = held(request);
  return { body: { expiration: types.wrap_timestamp(sessions.renew(session)) } };
};

const setSessionState: Operation = (request) => {
  const { sessions, session } = held(request);
  const state = request.body['session-state'] ?? null;
  if (state !== null && !Buffer.isBuffer(state)) throw invalid('session-state');
  sessions.setState(session, state);
  return {};
};

const getSessionState: Operation = (request) => {
  const { sessions, session } = held(request);
  return { body: { 'session-state': sessions.state(session) } };
};

const getMessageSessions: Operation = (request) => {
  const updated = request.body['last-updated-time'];
  const since = updated instanceof Date && updated.getTime() < END_OF_TIME ? updated.getTime() : undefined;
  const [skip, top] = [integer(request.body, 'skip'), integer(request.body, 'top')];
  const ids = sessionsOf(request).list(since, skip, top);
  if (ids.length === 0) return { code: 204 };
  return { body: { skip: types.wrap_int(skip + ids.length), 'sessions-ids': ids } };
};

export const sessionOperations = {
  'renew-session-lock': renewSessionLock,
  'set-session-state': setSessionState,
  'get-session-state': getSessionState,
  'get-message-sessions': getMessageSessions,
};
