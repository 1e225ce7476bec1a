"""The servers and the nginx before them."""

import asyncio
import shutil
import subprocess
from pathlib import Path
from types import TracebackType

from tests.machines.servers import ServerProcess
from tests.ports import free_port
from tests.waiting import eventually_without_a_loop

NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; worker_rlimit_nofile 16384;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    upstream servers {{ {servers} }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{
            proxy_pass http://servers;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
        }}
    }}
}}
"""


class Cluster:
    """So many servers of a graph (`tests/machines/graph.py`) behind one address."""

    def __init__(self, graph: str, database: str, folder: Path, servers: int, lease: float) -> None:
        self._make = lambda: ServerProcess(graph, database, folder, self._next(), lease)
        self._count = 0
        self._folder = folder
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.servers = [self._make() for _ in range(servers)]
        self._nginx: subprocess.Popen[bytes] | None = None

    def _next(self) -> int:
        self._count += 1
        return self._count

    def __enter__(self) -> "Cluster":
        for server in self.servers:
            server.wait()
        self._write()
        found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        assert found, "nginx is not installed: apt-get install nginx"
        command = [found, "-p", str(self._folder), "-c", str(self._folder / "nginx.conf"), "-e", "stderr"]
        self._nginx = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        eventually_without_a_loop(self._folder.joinpath("nginx.pid").exists)
        return self

    def _write(self) -> None:
        servers = " ".join(f"server {server.url.removeprefix('http://')};" for server in self.servers)
        config = NGINX.format(folder=self._folder, port=self._port, servers=servers)
        self._folder.joinpath("nginx.conf").write_text(config)

    async def replace(self, number: int) -> None:
        """Start another one in the place of a server that is dead."""
        server = self._make()
        await asyncio.to_thread(server.wait)
        self.servers[number] = server
        self._write()
        if self._nginx is not None:
            self._nginx.send_signal(1)  # SIGHUP: it reads its configuration again

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self.servers:
            server.end()
        if self._nginx is not None:
            self._nginx.terminate()
            self._nginx.wait()
