local account, now, ends = unpack(ARGV)
local name = name_of(account)
if redis.call('EXISTS', name) == 0 then return false end
local held = redis.call('HGET', name, 'until')
if held and tonumber(held) > tonumber(now) then return false end
-- One counter for all accounts: it rises for each of them, and also while one is gone.
local number = redis.call('INCR', fence)
redis.call('HSET', name, 'fence', number, 'until', ends)
-- What is still written there is the lease of a holder who neither wrote nor gave it back.
return { number, held and 1 or 0 }
