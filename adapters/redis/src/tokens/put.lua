local account, sealed, refresh_at, score, provider, subject = unpack(ARGV)
redis.call('HDEL', name_of(account), 'fence', 'until')
redis.call('ZADD', list_of(provider), 0, subject)
return write(account, sealed, refresh_at, score)
