-- The callback of a task that has ended is a task of its own by now. ARGV: now, when the task ended (it may have ended again)
if tonumber(redis.call('ZSCORE', lib.key('callbacks'), id) or -1) == tonumber(ARGV[2]) then
  redis.call('ZREM', lib.key('callbacks'), id)
end
return 1
