"""TLS in front of programs that speak plain HTTP, as a proxy in production is."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

from process import free_port


@dataclass(frozen=True)
class Certificate:
    """For 127.0.0.1, and 0.0.0.0, another name of this machine; signed by itself: the file of the certificate is that of its authority as well."""

    file: Path
    key: Path

    @staticmethod
    def new(folder: Path) -> Certificate:
        made = Certificate(folder / "certificate.pem", folder / "key.pem")
        kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        names = ["-subj", "/CN=Drawbridge tests", "-addext", "subjectAltName=IP:127.0.0.1,IP:0.0.0.0"]
        command = ["openssl", "req", "-x509", *kind, *names, "-keyout", made.key, "-out", made.file]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        return made


async def pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65_536):
            target.write(data)
            await target.drain()
    except (ConnectionError, ssl.SSLError):
        pass
    finally:
        target.close()


class TlsFront:
    """Takes TLS connections, and hands what is in them to a port of this machine."""

    def __init__(self, certificate: Certificate) -> None:
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.upstream = 0  # the port behind it
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate.file, certificate.key)
        self.writers: set[asyncio.StreamWriter] = set()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        except OSError:
            writer.close()
            return
        self.writers |= {writer, upstream_writer}
        await asyncio.gather(pass_on(reader, upstream_writer), pass_on(upstream_reader, writer))

    def start(self, upstream: int) -> TlsFront:
        self.upstream = upstream
        self.thread.start()
        listening = asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self.context)
        asyncio.run_coroutine_threadsafe(listening, self.loop).result(10)
        return self

    async def _end(self) -> None:
        for writer in self.writers:
            writer.transport.abort()
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()
