-- KEYS[1]: hash of all rooms but the first, each with what was said when it was created. ARGV: name, that, how many there may be → 'created' | 'exists' | 'full'
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 'exists' end
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) then return 'full' end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 'created'
