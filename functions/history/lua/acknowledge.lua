-- The topic has these endings: takes those out of `unpublished` that have not ended again since.
-- KEYS[1]: the set. ARGV: for each task its ID, and the score that stood beside it when its record was read
for i = 1, #ARGV, 2 do
  if redis.call('ZSCORE', KEYS[1], ARGV[i]) == ARGV[i + 1] then redis.call('ZREM', KEYS[1], ARGV[i]) end
end
