"""Records the bytes that the official Python client sends: python3 record.py FOLDER. Run it when the client has a new version."""
import pathlib
import socket
import sys
import threading

import openai

import calls

folder = pathlib.Path(sys.argv[1])
listener = socket.create_server(("127.0.0.1", 0))
recorded: list[bytes] = []


def serve() -> None:
    while True:
        line, _ = listener.accept()
        with line:
            seen = b""
            while b"\r\n\r\n" not in seen:
                seen += line.recv(65536)
            head, _, body = seen.partition(b"\r\n\r\n")
            fields = dict(field.split(b": ", 1) for field in head.split(b"\r\n")[1:])
            length = int({name.lower(): value for name, value in fields.items()}.get(b"content-length", b"0"))
            while len(body) < length:
                body += line.recv(65536)
            recorded.append(head + b"\r\n\r\n" + body)
            line.sendall(b'HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}')


threading.Thread(target=serve, daemon=True).start()
client = openai.OpenAI(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}/v1", api_key="sk-recorded", max_retries=0)
for call in calls.ALL:
    try:
        call(client)
    except openai.BadRequestError:
        (folder / f"{call.__name__}.http").write_bytes(recorded[-1])
print(f"openai {openai.__version__}: {len(recorded)} requests")
