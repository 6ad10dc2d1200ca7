"""Run code in a kernel of someone's own server, over the connection that JupyterLab uses."""

import asyncio
import json
import secrets
from collections.abc import Sequence

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tests.classroom.hub import Session

__all__ = ["run_in_kernel"]

REPLY_SECONDS = 120


def run_in_kernel(session: Session, cells: Sequence[str], path: str = "") -> list[str]:
    """Start a kernel on a person's server, run some cells, and return an error's name for each, or "".

    `path` is the notebook that the kernel belongs to. The kernel goes on running.
    """
    kernel = session.own("POST", "api/kernels", json={"path": path})["id"]
    return asyncio.run(_run(session, kernel, cells))


async def _run(session: Session, kernel: str, cells: Sequence[str]) -> list[str]:
    address = session.url.replace("http", "ws", 1)
    channels = HTTPRequest(
        f"{address}/user/{session.person.name}/api/kernels/{kernel}/channels",
        headers={"Authorization": f"token {session.token}"},
    )
    connection = await websocket_connect(channels)
    try:
        return [await asyncio.wait_for(_execute(connection, cell), REPLY_SECONDS) for cell in cells]
    finally:
        connection.close()


async def _execute(connection: WebSocketClientConnection, code: str) -> str:
    asked = secrets.token_hex(8)
    message = {
        "channel": "shell",
        "header": {"msg_id": asked, "msg_type": "execute_request", "version": "5.3"},
        "parent_header": {},
        "metadata": {},
        "content": {"code": code, "silent": False, "store_history": True, "allow_stdin": False},
    }
    await connection.write_message(json.dumps(message))
    while (received := await connection.read_message()) is not None:
        reply = json.loads(received)
        if reply["msg_type"] == "execute_reply" and reply["parent_header"].get("msg_id") == asked:
            return str(reply["content"].get("ename", ""))
    raise ConnectionError("the server closed the kernel's connection")
