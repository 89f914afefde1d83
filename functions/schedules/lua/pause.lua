-- ARGV: owner who asks, or '' for an operator → {'done', fields} | {'unknown'}
local schedule = read(ARGV[1])
if not schedule then return { 'unknown' } end
if not schedule.paused then
  renew(schedule, '-inf')
  redis.call('HSET', KEYS[1], 'paused', 1, 'cursor', '')
  arrange()
end
return { 'done', redis.call('HGETALL', KEYS[1]) }
