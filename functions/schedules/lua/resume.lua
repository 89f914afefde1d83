-- ARGV: owner who asks, or '' for an operator, time of the first run from now on → {'done', fields} | {'unknown'}
local schedule = read(ARGV[1])
if not schedule then return { 'unknown' } end
if schedule.paused then
  redis.call('HINCRBY', KEYS[1], 'version', 1)
  redis.call('HDEL', KEYS[1], 'paused')
  redis.call('HSET', KEYS[1], 'cursor', ARGV[2])
  arrange()
end
return { 'done', redis.call('HGETALL', KEYS[1]) }
