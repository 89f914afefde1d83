-- Replaces what a schedule does. Its runs that lie ahead are cancelled and made anew.
-- ARGV: owner who asks, or '' for an operator, definition (JSON), time of the first run from now on, now
-- → {'done', fields} | {'unknown'}
local owner, definition, cursor, now = unpack(ARGV)
local schedule = read(owner)
if not schedule then return { 'unknown' } end
renew(schedule, '(' .. now, true)
redis.call('HSET', KEYS[1], 'definition', definition, 'updatedAt', now, 'since', now,
  'cursor', schedule.paused and '' or cursor)
redis.call('HDEL', KEYS[1], 'error')
arrange()
return { 'done', redis.call('HGETALL', KEYS[1]) }
