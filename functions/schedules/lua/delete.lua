-- ARGV: owner who asks, or '' for an operator → {'done'} | {'unknown'}
local schedule = read(ARGV[1])
if not schedule then return { 'unknown' } end
renew(schedule, '-inf')
redis.call('DEL', KEYS[1])
redis.call('ZREM', key('schedules'), id)
redis.call('ZREM', key('schedules', schedule.owner), id)
arrange()
return { 'done' }
