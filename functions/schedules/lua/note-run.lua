-- A run that was asked for by hand. ARGV: task ID, time
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HSET', KEYS[1], 'askedTaskId', ARGV[1], 'askedAt', ARGV[2])
end
return 1
