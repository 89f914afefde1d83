-- ARGV: owner who asks, or '' for an operator, time of the first run from now on, now → {'done', fields} | {'unknown'}
local owner, cursor, now = unpack(ARGV)
local schedule = read(owner)
if not schedule then return { 'unknown' } end
if schedule.paused then
  redis.call('HINCRBY', KEYS[1], 'version', 1)
  redis.call('HDEL', KEYS[1], 'paused')
  redis.call('HSET', KEYS[1], 'cursor', cursor, 'since', now)
  arrange()
end
return { 'done', redis.call('HGETALL', KEYS[1]) }
