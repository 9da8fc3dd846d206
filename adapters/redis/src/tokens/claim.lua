local account, lease = unpack(ARGV)
local name = name_of(account)
if redis.call('EXISTS', name) == 0 then return false end
-- This server's clock, in milliseconds: those of the nodes may be minutes apart.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local held = redis.call('HGET', name, 'until')
if held and tonumber(held) > now then return false end
-- One counter for all accounts: it rises for each of them, and also while one is gone.
local number = redis.call('INCR', fence)
redis.call('HSET', name, 'fence', number, 'until', string.format('%.0f', now + lease))
-- What is still written there is the lease of a holder who neither wrote nor gave it back.
return { number, held and 1 or 0 }
