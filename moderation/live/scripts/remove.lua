-- ARGV: ids. Returns how many were in the queue, waiting or leased.
local gone = 0
for _, id in ipairs(ARGV) do
  local lane = redis.call('HGET', LANE_OF, id)
  if lane then
    local lease = read_lease(id)
    if lease then
      drop_leases({ id }, { lease.token })
    else
      stop_waiting(id, lane)
    end
    redis.call('HDEL', LANE_OF, id)
    gone = gone + 1
  end
end
return gone
