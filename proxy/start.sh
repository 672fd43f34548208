# HAProxy, which reads from a file whose X-Forwarded-For it believes.
set -e
printf '%s' "$MARQUEE_TRUSTED_PROXIES" | tr -s ', ' '\n\n' >/tmp/trusted_proxies
exec haproxy -db -f /etc/marquee/haproxy.cfg
