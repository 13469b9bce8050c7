"""How gunicorn serves the site: threads, because pages wait for PostgreSQL more than they compute."""

import os

bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 60
max_requests = 5000
max_requests_jitter = 500
accesslog = None
control_socket_disable = True
