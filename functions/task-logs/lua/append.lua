-- KEYS[1]: the hash of the task. Its log is a list beside it: JSON of a line each, oldest first, numbered over all attempts.
-- ARGV: name of this batch, lines left out before it, most lines, most bytes, seconds to keep, then JSON of each line without its number.
-- A batch that comes again, because the reply to it got lost, changes nothing.
-- Returns the number of the newest line; nothing for a task that is gone.
local name, left, most_lines, most_bytes = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if redis.call('EXISTS', KEYS[1]) == 0 then return end
local log = string.gsub(KEYS[1], '}:task:', '}:logs:', 1)
local number = left
local newest = redis.call('LINDEX', log, -1)
if newest then
  newest = cjson.decode(newest)
  if newest.batch == name then return newest.number end
  number = number + newest.number
end
for i = 6, #ARGV do
  number = number + 1
  local stamp = string.format('{"number":%d,"batch":%s,', number, cjson.encode(name))
  redis.call('RPUSH', log, stamp .. string.sub(ARGV[i], 2))
end
redis.call('LTRIM', log, -most_lines, -1)
-- The newest line stays, however long it is.
local lines = redis.call('LRANGE', log, 0, -1)
local first = #lines
local bytes = #lines[first]
while first > 1 and bytes + #lines[first - 1] <= most_bytes do
  first = first - 1
  bytes = bytes + #lines[first]
end
redis.call('LTRIM', log, first - 1, -1)
-- The sweeper forgets it with its task; this is for a task that was forgotten a moment ago.
redis.call('EXPIRE', log, ARGV[5])
return number
