-- Goes past runs that are not to be made up for, or cannot be submitted.
-- ARGV: version and cursor that were read, next cursor|'', error (JSON)|'' → 1, or 0 when somebody else has gone on
local version, cursor, next, failure = unpack(ARGV)
local schedule = read()
if not schedule or schedule.version ~= version or schedule.cursor ~= cursor then return 0 end
redis.call('HSET', KEYS[1], 'cursor', next)
if failure ~= '' then redis.call('HSET', KEYS[1], 'error', failure) end
arrange()
return 1
