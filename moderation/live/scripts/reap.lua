-- ARGV: how many at most. Returns how many leases had run out.
return reap(tonumber(ARGV[1]))
