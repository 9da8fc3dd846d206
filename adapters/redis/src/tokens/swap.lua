local account, sealed, refresh_at, score, expected, holder = unpack(ARGV)
local there = redis.call('HMGET', name_of(account), 'version', 'fence', 'sealed', 'refresh_at')
local version, held = there[1], there[2]
if not version then return { 0, false } end
if version ~= expected or held ~= holder then return { 0, { there[3], version, there[4] } } end
local written = write(account, sealed, refresh_at, score)
redis.call('HDEL', name_of(account), 'fence', 'until')
return { 1, { '', written, false } }
