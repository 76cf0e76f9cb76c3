"""A real ACME directory (acme2certifier) for one test: directory.py FOLDER PORT SITE SITE_PORT. Says `ready` when it listens.

It checks SITE by TLS-ALPN-01 as it would any name, but for two things: SITE, and no other name, leads to this machine, and its
port is SITE_PORT instead of 443, so that a test needs neither root nor the one port.
"""

import os
import ssl
import sys
from pathlib import Path

import authority

CONFIG = """
[DEFAULT]
debug: False
server_name: localhost:{port}
[Nonce]
[Directory]
[Order]
[Certificate]
[Challenge]
[CAhandler]
handler_module: acme2certifier.cahandlers.openssl_ca_handler
issuing_ca_key: {folder}/root.key
issuing_ca_cert: {folder}/root.pem
issuing_ca_crl: {folder}/root.crl
cert_save_path: {folder}/issued
cert_validity_days: 30
[DBhandler]
handler: wsgi
dbfile: {folder}/acme.db
"""


def lead_the_check(site, site_port):
    from acme2certifier.acme_srv import helper

    fetch = helper.servercert_get

    def resolve(_logger, host, *_args, **_kwargs):
        return ("127.0.0.1", False, None) if host == site else (None, True, f"{host} does not exist")

    def fetch_at_the_test_port(logger, host, _port, *args, **kwargs):
        return fetch(logger, host, site_port, *args, **kwargs)

    helper.fqdn_resolve = resolve
    helper.servercert_get = fetch_at_the_test_port


def main():
    folder, port, site, site_port = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    if not (folder / "root.pem").exists():
        authority.make(folder, site)
        (folder / "issued").mkdir()
    config = folder / "acme_srv.cfg"
    config.write_text(CONFIG.format(folder=folder, port=port))
    os.environ["ACME_SRV_CONFIGFILE"] = str(config)

    from acme2certifier.share.acme2certifier_wsgi import application
    from werkzeug.serving import WSGIRequestHandler, make_server

    lead_the_check(site, site_port)
    WSGIRequestHandler.protocol_version = "HTTP/1.1"
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "directory.pem")
    server = make_server("127.0.0.1", port, application, threaded=True, ssl_context=tls)
    print("ready", flush=True)
    server.serve_forever()


main()
