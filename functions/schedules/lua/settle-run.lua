-- A run that was to be cancelled is cancelled; or it stays, as it or a later one has started before that could be done.
-- ARGV: task ID, 'cancelled' | 'stays'
local occurrence = redis.call('ZSCORE', runsKey, ARGV[1])
redis.call('ZREM', voidKey, ARGV[1])
local schedule = read()
if ARGV[2] == 'cancelled' then
  redis.call('ZREM', runsKey, ARGV[1])
elseif schedule and occurrence and tonumber(occurrence) > tonumber(schedule.ranUntil or 0) then
  redis.call('HSET', KEYS[1], 'ranUntil', occurrence)
end
arrange()
return 1
