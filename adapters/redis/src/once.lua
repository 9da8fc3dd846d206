-- The instants are the caller's; Redis's own clock only decides when to forget.
local now, ends, forget = unpack(ARGV)
local held = redis.call('GET', KEYS[1])
if held and tonumber(held) > tonumber(now) then return 0 end
redis.call('SET', KEYS[1], ends)
redis.call('PEXPIREAT', KEYS[1], forget)
return 1
