-- KEYS[1]: the hash of the task. Its receipts are a hash beside it: `<kind>:<user>` → '<milliseconds> <cursor>' of the first one.
-- ARGV: owner who may see the task or '' for an operator, user, kind, cursor, most users, seconds to keep → 1 when it is new
local owner = redis.call('HGET', KEYS[1], 'owner')
if not owner or (ARGV[1] ~= '' and owner ~= ARGV[1]) then return 0 end
local receipts = string.gsub(KEYS[1], '}:task:', '}:receipts:', 1)
local field = ARGV[3] .. ':' .. ARGV[2]
if redis.call('HEXISTS', receipts, field) == 1 then return 0 end
-- What is seen has been delivered.
local delivered = 'delivered:' .. ARGV[2]
local isNewUser = redis.call('HEXISTS', receipts, delivered) == 0
if isNewUser and redis.call('HLEN', receipts) >= 2 * tonumber(ARGV[5]) then return 0 end
local time = redis.call('TIME')
local value = string.format('%.0f %s', time[1] * 1000 + math.floor(time[2] / 1000), ARGV[4])
if isNewUser then redis.call('HSET', receipts, delivered, value) end
redis.call('HSET', receipts, field, value)
-- The sweeper forgets it with its task; this is for a task that was forgotten a moment ago.
redis.call('EXPIRE', receipts, ARGV[6])
return 1
