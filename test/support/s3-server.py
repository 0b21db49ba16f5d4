"""OpenStack Swift with its S3 interface, whole and in one process, under a directory that does not outlive it.

Wants Debian's packages swift-proxy, swift-account, swift-container and swift-object.
Arguments: the directory, the key id and the secret. Prints its port when it can be used, and ends when its input does.
"""

import os
import sys

import eventlet

eventlet.monkey_patch()

from eventlet import listen, spawn, tpool, wsgi  # noqa: E402
from swift.common import utils  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402

root, key_id, secret = sys.argv[1:]
host = '127.0.0.1'


def write(name, text):
    with open(os.path.join(root, name), 'w') as file:
        file.write(text)


write(
    'swift.conf',
    '[swift-hash]\nswift_hash_path_suffix = tests\n[storage-policy:0]\nname = only\ndefault = yes\n',
)
utils.set_swift_dir(root)
os.makedirs(os.path.join(root, 'disk'))

sockets = {kind: listen((host, 0)) for kind in ('account', 'container', 'object', 'proxy')}
for kind in ('account', 'container', 'object'):
    builder = RingBuilder(4, 1, 1)
    builder.add_dev(
        {
            'id': 0,
            'region': 1,
            'zone': 1,
            'weight': 1,
            'ip': host,
            'port': sockets[kind].getsockname()[1],
            'device': 'disk',
        }
    )
    builder.rebalance()
    builder.get_ring().save(os.path.join(root, kind + '.ring.gz'))

common = f'[DEFAULT]\nswift_dir = {root}\ndevices = {root}\nmount_check = false\n'
for kind in ('account', 'container', 'object'):
    write(kind + '.conf', f'{common}[app:main]\nuse = egg:swift#{kind}\nallow_versions = true\n')

account, user = key_id.split(':')
write(
    'proxy.conf',
    f'''{common}
[pipeline:main]
pipeline = catch_errors gatekeeper listing_formats s3api tempauth copy slo dlo versioned_writes symlink proxy-server
[app:proxy-server]
use = egg:swift#proxy
allow_account_management = true
account_autocreate = true
[filter:tempauth]
use = egg:swift#tempauth
user_{account}_{user} = {secret} .admin
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
s3_acl = false
min_segment_size = 5242880
'''
    + ''.join(
        f'[filter:{name}]\nuse = egg:swift#{name}\n'
        for name in ('catch_errors', 'gatekeeper', 'listing_formats', 'copy', 'slo', 'dlo', 'symlink')
    )
    + '[filter:versioned_writes]\nuse = egg:swift#versioned_writes\nallow_versioned_writes = true\n',
)

from swift.common.utils import NullLogger  # noqa: E402
from swift.common.wsgi import SwiftHttpProtocol, loadapp  # noqa: E402


class Cache:
    """What memcached would be for the proxy."""

    def __init__(self):
        self.values = {}

    def get(self, key, raise_on_error=False):
        return self.values.get(key)

    def set(self, key, value, serialize=True, time=0, min_compress_len=0, raise_on_error=False):
        self.values[key] = value

    def delete(self, key, server_key=None):
        self.values.pop(key, None)


cache = Cache()


def serve(kind, socket):
    app = loadapp(os.path.join(root, kind + '.conf'))

    def with_cache(env, start_response):
        return app({**env, 'swift.cache': cache}, start_response)

    wsgi.server(socket, with_cache, NullLogger(), protocol=SwiftHttpProtocol)


for kind, socket in sockets.items():
    spawn(serve, kind, socket)

print(sockets['proxy'].getsockname()[1], flush=True)
tpool.execute(sys.stdin.read)
