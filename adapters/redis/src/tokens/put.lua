local account, sealed, refresh_at, score, provider, subject = unpack(ARGV)
-- First what needs room: a Redis that is full refuses a script at its first write, or not at all.
local version = write(account, sealed, refresh_at, score)
redis.call('ZADD', list_of(provider), 0, subject)
redis.call('HDEL', name_of(account), 'fence', 'until')
return version
