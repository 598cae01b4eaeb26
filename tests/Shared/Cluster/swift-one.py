#!/usr/bin/python3
"""A real S3 server for tests in one process: OpenStack Swift (Debian 12: 2.30.1) with s3api and tempauth; loopback, one replica, no memcached.

    swift-one.py FOLDER PORT

FOLDER keeps the data between runs and must be on a file system with user xattrs (ext4, xfs, tmpfs since Linux 6.6). Account, container and object
servers listen on PORT+1..+3. Prints "ready" once it answers. It may be killed at any moment; SIGTERM stops it.
Endpoint http://127.0.0.1:PORT, region us-east-1, path style, key test:tester, secret testing (another account: test2:tester2 / testing2).
Install: apt-get install -y --no-install-recommends swift-proxy swift-account swift-container swift-object
"""
import gzip  # noqa: F401  (loaded before the patch, as Swift does)
import os
import pwd
import signal
import sys
import time

import eventlet
import eventlet.debug
from swift.common import utils, wsgi
from swift.common.ring import RingBuilder

root, port = os.path.abspath(sys.argv[1]), int(sys.argv[2])
etc, me = os.path.join(root, "etc"), pwd.getpwuid(os.geteuid()).pw_name
for folder in ("etc", "log", "cache", "srv/d1"):
    os.makedirs(os.path.join(root, folder), exist_ok=True)
try:
    os.setxattr(root, "user.swift", b"x" * 1000)
    os.removexattr(root, "user.swift")
except OSError as fault:
    sys.exit(f"{root}: no user xattrs on this file system ({fault})")


def write(name, text):
    with open(os.path.join(etc, name), "w") as out:
        out.write(text)


common = f"""[DEFAULT]
bind_ip = 127.0.0.1
user = {me}
swift_dir = {etc}
devices = {root}/srv
mount_check = false
workers = 0
recon_cache_path = {root}/cache
log_level = WARNING
fallocate_reserve = 0
disable_fallocate = true
"""
write("swift.conf", "[swift-hash]\nswift_hash_path_prefix = tests\nswift_hash_path_suffix = tests\n[storage-policy:0]\nname = only\ndefault = yes\n")
for at, kind in enumerate(("account", "container", "object"), port + 1):
    write(f"{kind}-server.conf", f"{common}bind_port = {at}\n[pipeline:main]\npipeline = {kind}-server\n"
          f"[app:{kind}-server]\nuse = egg:swift#{kind}\n[object-updater]\ninterval = 2\nnode_timeout = 5\n")
    ring = RingBuilder(part_power=4, replicas=1, min_part_hours=0)
    ring.add_dev({"region": 1, "zone": 1, "weight": 1, "ip": "127.0.0.1", "port": at, "device": "d1", "meta": ""})
    ring.rebalance(seed=1)
    ring.get_ring().save(os.path.join(etc, f"{kind}.ring.gz"))
filters = "catch_errors gatekeeper healthcheck listing_formats bulk s3api tempauth copy slo versioned_writes symlink".split()
options = {
    "s3api": "location = us-east-1\nmulti_delete_concurrency = 8\n",
    "tempauth": "user_test_tester = testing .admin\nuser_test2_tester2 = testing2 .admin\n",
    "versioned_writes": "allow_object_versioning = true\n",
}
write("proxy-server.conf", f"{common}bind_port = {port}\n[pipeline:main]\npipeline = {' '.join(filters)} proxy-server\n"
      "[app:proxy-server]\nuse = egg:swift#proxy\naccount_autocreate = true\nnode_timeout = 20\n"
      + "".join(f"[filter:{name}]\nuse = egg:swift#{name}\n{options.get(name, '')}" for name in filters))

utils.eventlet_monkey_patch()
utils.set_swift_dir(etc)

class Memory:
    """What tempauth and the proxy want of memcached, within this process."""

    def __init__(self):
        self.kept = {}

    def get(self, key, **_):
        value, until = self.kept.get(key, (None, 0))
        return value if until == 0 or until > time.time() else None

    def set(self, key, value, time=0, **_):
        self.kept[key] = (value, clock() + time if time else 0)

    def incr(self, key, delta=1, time=0, **_):
        self.set(key, int(self.get(key) or 0) + delta, time)
        return self.get(key)

    def delete(self, key, **_):
        self.kept.pop(key, None)


memory, clock = Memory(), time.time


def remembering(app):
    def call(env, start):
        env["swift.cache"] = memory
        return app(env, start)
    return call


def serve(kind):
    conf, logger, name = wsgi._initrp(os.path.join(etc, f"{kind}-server.conf"), f"{kind}-server", verbose=True)
    app = wsgi.loadapp(conf["__file__"], global_conf={"log_name": name})
    app = remembering(app) if kind == "proxy" else app
    sock = wsgi.get_socket(conf)
    # As in wsgi.run_server, without its new hub: four servers share this one.
    return eventlet.spawn(eventlet.wsgi.server, sock, app, utils.NullLogger(), custom_pool=wsgi.RestrictedGreenPool(size=1024),
                          protocol=wsgi.SwiftHttpProtocol, socket_timeout=60.0, capitalize_response_headers=False)


def update():
    """Brings listings up to date that the container server missed."""
    from swift.obj.updater import ObjectUpdater
    conf = utils.readconf(os.path.join(etc, "object-server.conf"), "object-updater", log_name="object-updater")
    updater = ObjectUpdater(conf)
    while True:
        eventlet.sleep(2)
        updater.run_once()


wsgi.wsgi.WRITE_TIMEOUT = 60
utils.FALLOCATE_RESERVE = 0
eventlet.debug.hub_exceptions(False)
servers = [serve(kind) for kind in ("account", "container", "object", "proxy")]
eventlet.spawn(update)
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
print("ready", flush=True)
servers[-1].wait()
