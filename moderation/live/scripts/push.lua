-- ARGV: id, lane, priority, created for each comment. Returns how many were new to the queue.
local fresh = 0
for i = 1, #ARGV, 4 do
  local id, lane, priority, created = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local lease = read_lease(id)
  if lease then
    lease.lane, lease.priority, lease.created = lane, priority, created
    redis.call('HSET', LEASE_OF, id, format_lease(lease))
    redis.call('HSET', LANE_OF, id, lane)
  else
    local before = redis.call('HGET', LANE_OF, id)
    if not before then
      fresh = fresh + 1
    elseif before ~= lane then
      stop_waiting(id, before)
    end
    let_wait(id, lane, priority, created)
  end
end
return fresh
