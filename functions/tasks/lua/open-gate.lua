-- Wakes the task that waits longest before a gate; it looks for itself whether there is room. ARGV: now, gate → 1, or 0
return lib.wakeFirst(ARGV[2]) and 1 or 0
